/**
 * What a stream came to, for cases.
 * @module
 */
import type { Observable } from 'rxjs'
import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs'
import type { PoolEvent } from '../../pool/seam.js'
import type { ContractPool } from './contractCase.js'

/** The same promise. A case may fail before it asks for its outcome, which must not trouble the test runner then. */
export function kept<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** All values of a stream; rejects with its error. */
export function valuesOf<T>(stream: Observable<T>): Promise<T[]> {
  return kept(lastValueFrom(stream.pipe(toArray())))
}

/** How a stream went: its values, and its end. */
export interface Outcome<T> {
  readonly values: T[]
  readonly end: 'complete' | 'error'
  readonly error: unknown
}

/** All values of a stream and its end, whichever it is. `seen` is called with each value when it has come. */
export function outcomeOf<T>(
  stream: Observable<T>,
  seen: (value: T) => void = () => {},
): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const values: T[] = []
    stream.subscribe({
      next: (value) => {
        values.push(value)
        seen(value)
      },
      error: (error: unknown) => resolve({ values, end: 'error', error }),
      complete: () => resolve({ values, end: 'complete', error: undefined }),
    })
  })
}

/** The next of a pool's events that is of that type. */
export function nextEvent(pool: ContractPool, type: PoolEvent['type']): Promise<PoolEvent> {
  return kept(firstValueFrom(pool.events$.pipe(filter((event) => event.type === type))))
}

/** A source whose reading is counted. */
export function countedSource(length: number) {
  const reads = { count: 0, ended: 0 }
  function* items() {
    try {
      while (reads.count < length) yield reads.count++
    } finally {
      reads.ended++
    }
  }
  return { items: items(), reads }
}

/** From 0 on. */
export function numbers(length: number): number[] {
  return Array.from({ length }, (_, n) => n)
}

/** As `Array.sort` wants it. */
export function byNumber(a: number, b: number): number {
  return a - b
}

const ours = Math.random().toString(36).slice(2)
let made = 0

/** What no other case calls by this name: threads may outlive a case, and pools in this thread share one. */
export function uniqueName(name: string): string {
  return `${name} ${ours} ${++made}`
}
