import type { Costs } from '../costs.js'

/** What experiments are told. */
export interface Setting {
  /** As measured on this machine. */
  readonly costs: Costs
  /** A smoke run: fewer threads and items. */
  readonly quick: boolean
}

export interface Table {
  readonly head: readonly string[]
  /** `l` or `r` for each column. */
  readonly align: string
  readonly rows: readonly (readonly string[])[]
}

/** A question, and what the simulation answers. */
export interface Finding {
  readonly title: string
  /** What was simulated, in sentences. */
  readonly setup: string
  /** In a sentence: made of what was found. */
  readonly answer: string
  readonly tables: readonly Table[]
  /** The file of a picture of it. */
  readonly plot?: string
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`
}

/** Whole powers of two, both ends included. */
export function powersOfTwo(from: number, to: number): number[] {
  const powers: number[] = []
  for (let power = from; power <= to; power *= 2) powers.push(power)
  return powers
}
