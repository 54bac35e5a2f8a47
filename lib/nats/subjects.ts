/**
 * The names under which a pool and those who serve it meet on a NATS server.
 * @module
 */

export interface Subjects {
  /** The stream of batches, and the consumer by which all serving processes share it. */
  readonly stream: string
  readonly consumer: string
  /** Where batches are published. */
  readonly work: string
  /** Where serving processes say that they are there. */
  readonly hello: string
  /** Where they are asked to. */
  readonly who: string
  /** Where one process, a caller or one that serves, is reached. */
  peer(id: string): string
  /** The server tells by the stream's sequence when a batch was delivered as often as it may be. */
  readonly deliveries: string
}

export function subjectsOf(name: string): Subjects {
  const root = `rxjs-parallel.${name}`
  const stream = `rxjs-parallel-${name}`
  const consumer = 'serving'
  return {
    stream,
    consumer,
    work: `${root}.work`,
    hello: `${root}.hello`,
    who: `${root}.who`,
    peer: (id) => `${root}.peer.${id}`,
    deliveries: `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${stream}.${consumer}`,
  }
}
