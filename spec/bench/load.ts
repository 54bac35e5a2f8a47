import type { TaskName } from './competitors/competitor.js'

/** Items on their way through a competitor, and what must come of them. */
export interface Load {
  readonly items: Iterable<unknown>
  /** A result as a number: adding them up shows what is lost, doubled or wrong, in whatever order they come. */
  readonly digest: (result: unknown) => number
  readonly count: number
  /** The digests of all results, added up. */
  readonly sum: number
  /** The same where items come back as they went. */
  readonly echoSum: number
}

/** What a workload sends. */
export interface LoadSource {
  readonly task: TaskName
  /** Whether items are buffers to be moved instead of copied. */
  readonly moves?: boolean
  /** Counts are multiples of this: so many items are alike in what they cost. Default: 1. */
  readonly step?: number
  /** More items than this tell nothing new. */
  readonly most: number
  /** The same count means the same items. */
  load(count: number): Load
}

/** A load of items that are all there at the beginning. */
export function loadOf<T, R>(
  items: readonly T[],
  resultOf: (item: T) => R,
  digest: (result: T | R) => number,
): Load {
  let sum = 0
  let echoSum = 0
  for (const item of items) {
    sum += digest(resultOf(item))
    echoSum += digest(item)
  }
  return { items, digest: digest as Load['digest'], count: items.length, sum, echoSum }
}
