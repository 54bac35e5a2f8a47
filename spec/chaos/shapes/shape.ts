import type { Observable, OperatorFunction } from 'rxjs'
import { map } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import type { Fault } from '../faults.js'
import type { Payload } from '../items.js'
import type { Random } from '../random.js'

export type ChaosPool = Pool<typeof import('../workers/chaos.worker.mjs')>

/** One shape of pipeline, of which each round makes some. */
export interface Shape {
  /** For `--shapes`. */
  readonly name: string
  /** Items at most: of those that a fault ends, fewer, since they begin again after each. */
  readonly most: number
  readonly make: (random: Random) => Pipeline
}

/** A pipeline, and what it promises. */
export interface Pipeline {
  /** What was chosen, for whoever reads of a failure. */
  readonly choices: Readonly<Record<string, unknown>>
  /** In which order results come: that of all items; that of items with the same key; any. */
  readonly order: 'all' | 'none' | ((n: number) => unknown)
  /** How many results an item has. */
  readonly countOf: (n: number) => number
  /** How many of them come before a fault strikes. */
  readonly countBefore: (n: number) => number
  /** Streams that each bring all results. */
  readonly copies: number
  /** Tasks that an item goes through one after the other, in any of which it may fail. */
  readonly steps: number
  /** Whether a failed item leaves the others alone. */
  readonly replaces: boolean
  /** Whether it emits, before the error that this brings about, all that stands before the failed item. */
  readonly keepsBefore: (fault: Fault) => boolean
  /** Whether it ends by itself before it is done, as if it were unsubscribed. */
  readonly leaves: boolean
  /** Whether a failed item runs again. */
  readonly retries: boolean
  /** Whether items may take too long. */
  readonly hasTimeout: boolean
  /** Whether items may be dropped for lack of room. */
  readonly mayDrop: boolean
  /** Whether errors that a failed item brings about tell which it was. */
  readonly names: boolean
  /** Whether a thread's death costs no more than the items at work in it. */
  readonly tight: boolean
  readonly canHave: (fault: Fault) => boolean
  /** Where it takes only some. */
  readonly payload?: Payload
  /** Runs the items of these numbers. */
  readonly open: (numbers: readonly number[], tools: Tools) => Observable<Result>
}

export interface Result {
  readonly value: unknown
  /** Which of the copies it is from. */
  readonly copy: number
}

/** What a pipeline is made with. */
export interface Tools {
  readonly pool: ChaosPool
  /** Items, from a source of some kind. */
  readonly source: (numbers: readonly number[]) => Observable<any>
  readonly itemOf: (n: number) => any
  /** To be told of each item that failed by itself; returns what replaces it. */
  readonly failed: (error: unknown, item: unknown) => Observable<any>
}

/** A pipeline of which nothing is said has these properties. */
export const usual = {
  order: 'all',
  countOf: () => 1,
  countBefore: () => 0,
  copies: 1,
  steps: 1,
  replaces: false,
  keepsBefore: () => true,
  leaves: false,
  retries: false,
  hasTimeout: false,
  mayDrop: false,
  names: true,
  tight: true,
  canHave: (fault: Fault) => !fault.endless,
} as const satisfies Partial<Pipeline>

/** Results of that copy. */
export function ofCopy(copy: number): OperatorFunction<unknown, Result> {
  return map((value) => ({ value, copy }))
}
