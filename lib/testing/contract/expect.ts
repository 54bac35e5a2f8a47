/**
 * What a case finds out, in words: it has to run where no assertion library can be loaded.
 * @module
 */
import { isParallelError } from '../../errors.js'
import { portrait } from './portrait.js'

/** Throws where two values aren't alike, naming `what` they are. */
export function expectSame(what: string, got: unknown, expected: unknown): void {
  const [came, wanted] = [portrait(got), portrait(expected)]
  if (came !== wanted) throw failure(what, wanted, came)
}

/** Throws where something doesn't hold; `expected` and `got` say what. */
export function expectThat(what: string, holds: boolean, expected: string, got: unknown): void {
  if (!holds) throw failure(what, expected, portrait(got))
}

/** An error of this library's, by its code. */
export function expectCode(what: string, error: unknown, code: Parameters<typeof isParallelError>[1]): void {
  if (!isParallelError(error, code))
    throw failure(what, `a ParallelError with the code ${code}`, nameOf(error))
}

/** What a promise is rejected with. Throws where it isn't. */
export async function rejectionOf(what: string, promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw failure(what, 'a rejection', portrait(outcome.value))
}

/** An error, as one is expected. */
export function errorOf(what: string, error: unknown): Error {
  if (error instanceof Error) return error
  throw failure(what, 'an Error', portrait(error))
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : portrait(error)
}

/** So many characters of a value are shown. */
const shown = 300

function failure(what: string, expected: string, got: string): Error {
  let at = 0
  while (at < expected.length && expected[at] === got[at]) at++
  const from = Math.max(0, at - shown / 2)
  return new Error(`${what}: expected ${excerpt(expected, from)}, got ${excerpt(got, from)}`)
}

function excerpt(text: string, from: number): string {
  if (text.length <= shown) return text
  const end = Math.min(text.length, from + shown)
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`
}
