/**
 * The stream that batches wait in until a process takes them.
 * @module
 */
import type { Connection } from './connection.js'
import type { Subjects } from './subjects.js'

/** Nanoseconds in a millisecond: JetStream's unit. */
const nanos = 1_000_000
/** For so long the server knows a batch that was published again, in milliseconds. */
const duplicateWindow = 120_000
/** All serving processes together may have so many batches. */
const mostPending = 20_000
/** A message is given out so often at most; then its caller is told. */
const mostDeliveries = 5

/**
 * As it must be: one message, one process. Kept on disk, so that it outlives the server. One that is there already is
 * used as it is: whoever runs the server may want replicas, or limits.
 */
export async function ensureStream({ manager }: Connection, { stream, work }: Subjects): Promise<void> {
  try {
    await manager.streams.add({
      name: stream,
      subjects: [work],
      retention: 'workqueue',
      storage: 'file',
      duplicate_window: duplicateWindow * nanos,
    })
  } catch (error) {
    if (codeOf(error) !== usedOtherwise) throw error
  }
}

/** The consumer that all serving processes share. @param ackWait milliseconds. */
export async function ensureConsumer(
  { manager }: Connection,
  { stream, consumer }: Subjects,
  ackWait: number,
): Promise<void> {
  await manager.consumers.add(stream, {
    durable_name: consumer,
    ack_policy: 'explicit',
    ack_wait: ackWait * nanos,
    max_deliver: mostDeliveries,
    max_ack_pending: mostPending,
    max_waiting: 4096,
  })
}

/** Takes a batch out again. Resolves in any case: whoever gets it will be told that nobody wants it. */
export async function withdraw({ manager }: Connection, { stream }: Subjects, seq: number): Promise<void> {
  try {
    await manager.streams.deleteMessage(stream, seq, false)
  } catch {
    // It was taken and has ended, or the server is away.
  }
}

/** The last batch that was given out to a process. Throws where the server can't tell. */
export async function lastDelivered(
  { manager }: Connection,
  { stream, consumer }: Subjects,
): Promise<number> {
  const { delivered } = await manager.consumers.info(stream, consumer)
  return delivered.stream_seq
}

/** Whether a batch still waits there, or is at work. Throws where the server can't tell. */
export async function isStored({ manager }: Connection, { stream }: Subjects, seq: number): Promise<boolean> {
  try {
    return (await manager.streams.getMessage(stream, { seq })) !== null
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

/** There is a stream of that name, with another configuration. */
const usedOtherwise = 10058

function isNotFound(error: unknown): boolean {
  const code = codeOf(error)
  // No such message; no such stream.
  return code === 10037 || code === 10059
}

/** JetStream's own. */
function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code
}
