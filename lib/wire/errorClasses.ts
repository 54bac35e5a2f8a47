/**
 * The error classes that come back from a thread as themselves.
 * @module
 */
import { parallelErrors } from '../errors.js'
import { describe } from './describe.js'

export type ErrorClass = new (...args: never[]) => Error

/** By name. */
export const registered = new Map<string, ErrorClass>(
  Object.entries(parallelErrors) as unknown as [string, ErrorClass][],
)

/**
 * Lets errors of a class come back from threads as themselves, so that `instanceof` and methods work. Call it in a
 * module that both the worker module and the main program import. The class's constructor isn't run: properties
 * are set on an object of its prototype.
 *
 * @param type the class; it is known by its `name` across the border, which must be unique.
 * @returns the class, so that it can wrap a declaration.
 * @throws TypeError when `type` isn't a class that extends Error, or another one of that name is registered.
 *
 * @example
 * ```ts
 * export class HttpError extends Error { constructor(readonly status: number) { super(`HTTP ${status}`) } }
 * registerError(HttpError)
 * // main: results$.subscribe({ error: (e) => console.log(e instanceof HttpError, e.status) })   // true 404
 * ```
 */
export function registerError<C extends new (...args: never[]) => Error>(type: C): C {
  if (typeof type !== 'function' || !(type.prototype instanceof Error))
    throw new TypeError(`registerError: expected a class that extends Error, got ${describe(type)}`)
  const other = registered.get(type.name)
  if (other && other !== type)
    throw new TypeError(
      `registerError: another class named ${type.name} is registered; give one of them another name`,
    )
  registered.set(type.name, type)
  return type
}
