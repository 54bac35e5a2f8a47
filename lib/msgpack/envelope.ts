/**
 * What is posted for a batch: an array is the batch itself, a buffer the message of message.ts.
 * @module
 */
export interface Envelope {
  readonly message: ArrayBuffer
  /** Text that structured clone carries better: the message has null in its place. */
  readonly texts: readonly string[]
  /** Those that structured clone carries better by themselves. */
  readonly longStrings: readonly string[]
  /** Values that go as they are, each after its place in the batch. */
  readonly rest: readonly unknown[]
}

export type Payload = readonly unknown[] | ArrayBuffer | Envelope
