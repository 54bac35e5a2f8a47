/**
 * What is posted for a batch: an array is the batch itself, a buffer holds rows and nothing else has to be said.
 * @module
 */
export interface Envelope {
  readonly bytes: ArrayBuffer
  /** Lists of keys, from the shape with this number on. */
  readonly first: number
  readonly shapes: readonly (readonly string[])[]
  /** Values that go as they are, each after its place in the batch. */
  readonly rest: readonly unknown[]
}

export type Payload = readonly unknown[] | ArrayBuffer | Envelope
