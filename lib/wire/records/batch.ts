/**
 * What an encoder has made of a batch of records, before it gets the form in which it is posted.
 * @module
 */
export interface RecordBatch {
  /** How many values are on the tape. */
  readonly count: number
  readonly words: Int32Array
  readonly doubles: Float64Array
  /** Chunks in which short strings follow each other; none is split. */
  readonly texts: readonly string[]
  readonly longStrings: readonly string[]
  readonly bigints: readonly bigint[]
  /** The keys of shapes that are new, from the one with the number `first` on. */
  readonly first: number
  readonly shapes: readonly (readonly string[])[]
  /** Values that go as they are, each after its place in the batch. */
  readonly rest: readonly unknown[]
}
