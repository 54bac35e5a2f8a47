/** What both programs that are written by hand need: a stream of work, as safe as the library's. */
import type { JetStreamManager } from '@nats-io/jetstream'

export const subjectOf = (name: string): string => `${name}.work`
export const CONSUMER = 'serving'

/** On disk, each message to one process, which acknowledges it. */
export async function makeStream({ streams, consumers }: JetStreamManager, name: string): Promise<void> {
  await streams.add({ name, subjects: [subjectOf(name)], retention: 'workqueue', storage: 'file' })
  await consumers.add(name, { durable_name: CONSUMER, ack_policy: 'explicit', max_ack_pending: 20_000 })
}
