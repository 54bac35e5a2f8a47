/**
 * How this thread waits for a word to change: blocked, or with a Promise; and for how long.
 * @module
 */
import { ParallelError } from '../errors.js'
import { whenWoken } from './cells.js'
import type { Member } from './member.js'

/**
 * How long to wait.
 *
 * @example
 * ```ts
 * const options: WaitOptions = { timeout: 10, signal: new AbortController().signal }
 * console.log(await event().wait(options)) // → false
 * ```
 */
export interface WaitOptions {
  /** Milliseconds to wait at most; 0 is not to wait at all. Default: no limit. */
  readonly timeout?: number | undefined
  /** Gives the wait up when it is aborted; the Promise is rejected with its reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * How long a thread may be blocked.
 *
 * @example
 * ```ts
 * const options: BlockOptions = { timeout: 1000 }
 * ```
 */
export interface BlockOptions {
  /** Milliseconds to wait at most; 0 is not to wait at all. Default: no limit. */
  readonly timeout?: number | undefined
}

/** A word that changes when the wait is over, and how to wait no more: false if it is over by now. */
export interface Wait {
  readonly words: Int32Array
  readonly index: number
  readonly value: number
  giveUp(): boolean
}

/** So often a thread looks at a word before it goes to sleep: waking it takes some ten microseconds. */
export const looks = 2000

/** Looks at the word for a few microseconds. Returns whether it has changed. */
export function soon({ words, index, value }: Wait): boolean {
  for (let i = 0; i < looks; i++) if (Atomics.load(words, index) !== value) return true
  return false
}

/** Blocks this thread until the word changes. Returns false if the time is over before. */
export function blocked(wait: Wait, timeout?: number): boolean {
  const { words, index, value, giveUp } = wait
  const end = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout
  while (Atomics.load(words, index) === value) {
    if (Atomics.wait(words, index, value, end - performance.now()) === 'timed-out') return !giveUp()
  }
  return true
}

/** Resolves when the word changes, to true; or to false when the time is over before. Rejects with the signal's reason. */
export function changed(wait: Wait, { timeout, signal }: WaitOptions): Promise<boolean> {
  const { words, index, value, giveUp } = wait
  return new Promise((resolve, reject) => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = () => {
      over = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    const abort = () => {
      if (over || !giveUp()) return
      end()
      reject(signal!.reason)
    }
    const late = () => {
      if (over || !giveUp()) return
      end()
      resolve(false)
    }
    const look = () => {
      if (over) return
      if (Atomics.load(words, index) === value)
        return void whenWoken(words, index, value, timeout || undefined).then(look)
      end()
      resolve(true)
    }
    // A wait without time is over at once: looked at again and again it would leave no turn to the timer.
    if (timeout === 0) late()
    else if (timeout !== undefined) timer = setTimeout(late, timeout)
    if (!over) signal?.addEventListener('abort', abort)
    // Since who calls has looked, or between two waits: no event comes for that.
    if (signal?.aborted) abort()
    look()
  })
}

/** Waits till it holds, as it is asked at once and after each wait, or till the time is over. */
export async function untilHolds(
  predicate: () => boolean,
  limit: number | undefined,
  wait: (timeout: number | undefined) => Promise<boolean>,
): Promise<boolean> {
  const left = countdown(limit)
  for (let holds = predicate(); ; holds = predicate()) {
    if (holds) return true
    const timeout = left()
    if (timeout === 0 || !(await wait(timeout))) return predicate()
  }
}

/** Milliseconds that are left of so many; undefined if there is no limit. */
export function countdown(timeout: number | undefined): () => number | undefined {
  if (timeout === undefined) return () => undefined
  const end = performance.now() + timeout
  return () => Math.max(0, end - performance.now())
}

export function timeoutError(caller: string, timeout: number | undefined): ParallelError {
  return new ParallelError('TIMEOUT', `${caller} waited for ${timeout} ms (timeout) in vain: others hold it`)
}

/** Throws where this thread must not be blocked. `instead` names the form to use. */
export function checkBlocking({ mayBlock }: Member, caller: string, instead: string): void {
  if (mayBlock !== false) return
  throw new ParallelError(
    'BLOCKING',
    `${caller} would block this thread, and a main thread must not be blocked; use ${instead}, which gives a Promise`,
  )
}

/** What would have to wait where nobody else can run meanwhile, or for itself. */
export function deadlock(caller: string, reason: string): ParallelError {
  return new ParallelError('DEADLOCK', `${caller} would wait for ever: ${reason}`)
}
