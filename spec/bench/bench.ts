/** What a run of the benchmark is told, and what it finds out. */
import type { Role } from './competitors/competitor.js'

export interface Bench {
  /** A smoke run: tiny sizes, everything checked, numbers that mean nothing. */
  readonly quick: boolean
  readonly rounds: number
  /** Says what is being done. */
  readonly say: (line: string) => void
}

export interface Workload {
  /** For `--only`. */
  readonly name: string
  readonly run: (bench: Bench) => Promise<readonly Result[]>
}

/** What one measurement found, for each that took part. */
export interface Result {
  readonly workload: string
  readonly title: string
  readonly unit: 'items/s' | 'ms' | 'MiB'
  /** The name of an entry that all are compared with, where that isn't ours. */
  readonly base?: string
  readonly entries: readonly Entry[]
}

export interface Entry {
  readonly name: string
  readonly role: Role
  /** One a round. */
  readonly samples: readonly number[]
}
