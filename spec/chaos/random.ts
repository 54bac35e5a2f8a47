import { seededRandom } from '../../samples/seededRandom.js'

/** Choices that are the same at every run with the same seeds. */
export class Random {
  private readonly next: () => number

  /** Other seeds, or the same in another order, give other choices. */
  constructor(...seeds: readonly number[]) {
    this.next = seededRandom(
      seeds.reduce((mixed, seed) => Math.trunc(seededRandom(mixed ^ seed)() * 2 ** 32), 0),
    )
  }

  /** True in one of so many cases. */
  oneOf(cases: number): boolean {
    return this.next() * cases < 1
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** The same, small ones as often as large ones: of each power of two as many. */
  magnitude(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.next())
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!
  }

  /** As often as the weights say. */
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T {
    let left = this.next() * list.reduce((sum, { weight }) => sum + weight, 0)
    return list.find(({ weight }) => (left -= weight) < 0) ?? list.at(-1)!
  }
}
