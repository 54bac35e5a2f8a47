/**
 * The error classes that come back from a thread as themselves.
 * @module
 */
import { parallelErrors } from '../errors.js'
import { describe } from './describe.js'

export type ErrorClass = new (...args: never[]) => Error

const ours = Object.entries(parallelErrors) as unknown as [string, ErrorClass][]

/** By name. */
export const registered = new Map<string, ErrorClass>(ours)
/** The other way round: a bundler may have given a class another name in a thread. */
export const registeredNames = new Map<unknown, string>(ours.map(([name, type]) => [type, name]))

/**
 * Lets errors of a class come back from threads as themselves, so that `instanceof` and methods work. Call it in a
 * module that both the worker module and the main program import. The class's constructor isn't run: properties
 * are set on an object of its prototype.
 *
 * @param type the class.
 * @param name what it is known by on both sides, which must be unique. Default: the class's own name. Give it where a
 *   bundler makes names short: it does so differently for the page and for its workers.
 * @returns the class, so that it can wrap a declaration.
 * @throws TypeError when `type` isn't a class that extends Error, or another one of that name is registered.
 *
 * @example
 * ```ts
 * // httpError.ts
 * import { registerError } from 'rxjs-parallel/worker'
 *
 * export class HttpError extends Error {
 *   constructor(readonly status: number) {
 *     super(`HTTP ${status}`)
 *   }
 * }
 * registerError(HttpError, 'HttpError')
 * ```
 * ```ts
 * // site.worker.ts
 * import { expose } from 'rxjs-parallel/worker'
 * import { HttpError } from './httpError.js'
 *
 * export default expose({
 *   page: (path: string): string => {
 *     throw new HttpError(path === '/' ? 503 : 404)
 *   },
 * })
 * ```
 * ```ts
 * const site = threadPool<typeof import('./site.worker.js')>(new URL('./site.worker.js', import.meta.url))
 * const isHttpError = (error: unknown) => error instanceof HttpError && error.status
 * await site.run(site.tasks.page, '/lost').catch((error) => console.log(isHttpError(error))) // → 404
 * ```
 */
export function registerError<C extends new (...args: never[]) => Error>(type: C, name?: string): C {
  if (typeof type !== 'function' || !(type.prototype instanceof Error))
    throw new TypeError(`registerError: expected a class that extends Error, got ${describe(type)}`)
  const known: unknown = name ?? type.name
  if (typeof known !== 'string' || known === '')
    throw new TypeError(`registerError: the name must be a string that isn't empty, got ${describe(known)}`)
  const other = registered.get(known)
  if (other && other !== type)
    throw new TypeError(
      `registerError: another class named ${known} is registered; give one of them another name: ` +
        "registerError(type, 'AnotherName')",
    )
  registered.set(known, type)
  registeredNames.set(type, known)
  return type
}
