/** A producer, a consumer-producer and a consumer: generator functions that know nothing of threads. */

/** `for await` reads both: from another thread the next item arrives later, in this one it is there at once. */
export type Items<T> = Iterable<T> | AsyncIterable<T>

export interface Factorized {
  readonly n: number
  readonly primes: readonly number[]
}

export interface Tally {
  readonly factors: number
  readonly numbers: number
}

/** The producer. */
export function* numbers(first: number, last: number): Generator<number> {
  if (first > last) throw new RangeError(`there are no numbers from ${first} up to ${last}`)
  for (let n = first; n <= last; n++) yield n
}

/** The consumer-producer: numbers in, their prime factors out. */
export async function* factorize(source: Items<number>): AsyncGenerator<Factorized> {
  for await (const n of source) yield { n, primes: primeFactors(n) }
}

/** The consumer: when the stream has ended, it tells how many numbers have no prime factor, one, two … */
export async function* tally(source: Items<Factorized>): AsyncGenerator<Tally> {
  const counts: number[] = []
  for await (const { primes } of source) counts[primes.length] = (counts[primes.length] ?? 0) + 1
  for (const [factors, numbers] of counts.entries()) if (numbers) yield { factors, numbers }
}

/** `primeFactors(12)` is `[2, 2, 3]`. */
function primeFactors(n: number): number[] {
  if (n < 1) throw new RangeError(`${n} has no prime factors`)
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return [d, ...primeFactors(n / d)]
  return n === 1 ? [] : [n]
}
