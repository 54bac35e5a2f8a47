/**
 * The words that a primitive is made of: in memory that all threads share, or, where there is none, in the main side's
 * own, which serves the others by messages.
 * @module
 */

/** A wait that may not be over yet. */
type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
  timeout?: number,
) => { async: false; value: string } | { async: true; value: Promise<string> }

/** Milliseconds between two looks at a word, the first and the longest, where a browser can't wait without blocking. */
const firstLook = 1
const longestLook = 16

/** Whether memory can be shared: not in a page that isn't cross-origin isolated. */
const canShare = typeof SharedArrayBuffer === 'function'

export function makeWords(size: number): Int32Array {
  const bytes = size * Int32Array.BYTES_PER_ELEMENT
  return new Int32Array(canShare ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
}

export function isShared(words: Int32Array): boolean {
  return canShare && words.buffer instanceof SharedArrayBuffer
}

/** Who waits for words of memory that isn't shared. */
const waitingHere = new WeakMap<Int32Array, Map<number, Set<() => void>>>()

/** Wakes all who wait for this word. */
export function wake(words: Int32Array, index: number): void {
  if (isShared(words)) return void Atomics.notify(words, index)
  const waiting = waitingHere.get(words)?.get(index)
  if (!waiting) return
  waitingHere.get(words)!.delete(index)
  for (const go of waiting) go()
}

/**
 * Resolves when the word, if it has this value, was woken, or after so many milliseconds. Keeps no process alive.
 */
export function whenWoken(
  words: Int32Array,
  index: number,
  value: number,
  timeout = Number.POSITIVE_INFINITY,
): Promise<unknown> {
  if (!isShared(words)) return wokenHere(words, index, value)
  const { waitAsync } = Atomics as unknown as { waitAsync?: WaitAsync }
  if (!waitAsync) return changed(words, index, value, timeout)
  const wait = waitAsync(words, index, value, timeout)
  return wait.async ? wait.value : Promise.resolve()
}

function wokenHere(words: Int32Array, index: number, value: number): Promise<void> {
  return new Promise((resolve) => {
    if (words[index] !== value) return resolve()
    const places = waitingHere.get(words) ?? new Map<number, Set<() => void>>()
    waitingHere.set(words, places)
    const waiting = places.get(index) ?? new Set()
    places.set(index, waiting.add(resolve))
  })
}

async function changed(words: Int32Array, index: number, value: number, timeout: number): Promise<void> {
  const end = performance.now() + timeout
  let look = firstLook
  while (Atomics.load(words, index) === value && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, look))
    look = Math.min(longestLook, look * 2)
  }
}
