/**
 * Carries whatever was thrown across a thread's border: errors with their class, cause and own properties,
 * anything else as it was. It never throws, since a lost error is a call that hangs.
 * @module
 */
import { CloneError } from '../errors.js'
import { describe } from './describe.js'
import type { ErrorClass } from './errorClasses.js'
import { registered, registeredNames } from './errorClasses.js'
import { isCloneable } from './uncloneable.js'

/** A thrown value, ready for structured clone. Causes may be cyclic: clone keeps identity. */
export type EncodedError = ({ readonly error: ErrorRecord } | { readonly thrown: unknown }) & {
  /** The step that failed, where it wasn't the last. */
  readonly step?: number
}

interface ErrorRecord {
  /** The class to come back as, where it is a known one. */
  type: string
  name: string
  message: string
  stack: string | undefined
  own: [string, unknown][]
  cause?: EncodedError | undefined
  errors?: EncodedError[]
}

/** So many errors that hang together are sent: structured clone of a longer chain overflows the stack. */
const errorsMost = 100

const builtIn: readonly string[] = [
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
]

/** Makes anything thrown ready to be sent. */
export function encodeError(thrown: unknown, seen = new Map<unknown, EncodedError>()): EncodedError {
  const known = seen.get(thrown)
  if (known) return known
  try {
    return thrown instanceof Error || isErrorLike(thrown) ? encodeRecord(thrown, seen) : encodeOther(thrown)
  } catch (hostile) {
    // A proxy or a getter that throws: what can be said is that it could not be read.
    return encodeError(
      new CloneError(`a task threw something that can't be read${reasonOf(hostile)}`, 'thrown'),
    )
  }
}

/** Errors of another realm (vm contexts, jsdom) fail instanceof; DOMException isn't an Error everywhere. */
function isErrorLike(thrown: unknown): thrown is Error {
  return (
    Object.prototype.toString.call(thrown) === '[object Error]' ||
    (typeof DOMException !== 'undefined' && thrown instanceof DOMException)
  )
}

function encodeRecord(error: Error, seen: Map<unknown, EncodedError>): EncodedError {
  const record: ErrorRecord = {
    type: classOf(error),
    name: String(error.name),
    message: String(error.message),
    stack: error.stack === undefined ? undefined : String(error.stack),
    own: [],
  }
  const encoded = { error: record }
  seen.set(error, encoded)
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === 'stack' || key === 'message' || key === 'name') continue
    const value = readOwn(error, key)
    if (key === 'cause') record.cause = seen.size < errorsMost ? encodeError(value, seen) : undefined
    else if (key === 'errors' && Array.isArray(value))
      record.errors = value.map((each) => encodeError(each, seen))
    else if (typeof value !== 'function') record.own.push([key, cloneableOrText(value)])
  }
  return encoded
}

/** A getter may throw; the rest of the error is still worth having. */
function readOwn(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key]
  } catch (thrown) {
    return `[can't be read${reasonOf(thrown)}]`
  }
}

/** What an error says of itself, where it can be read. */
function reasonOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `: ${thrown.message}` : ''
  } catch {
    return ''
  }
}

/** The nearest class that the other side can know: a registered one, or one of the language's. */
function classOf(error: Error): string {
  if (typeof DOMException !== 'undefined' && error instanceof DOMException) return 'DOMException'
  for (
    let prototype = Object.getPrototypeOf(error);
    prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const type: { name?: unknown } | undefined = prototype.constructor
    const known = registeredNames.get(type)
    if (known !== undefined) return known
    if (typeof type?.name === 'string' && builtIn.includes(type.name)) return type.name
  }
  return 'Error'
}

function encodeOther(thrown: unknown): EncodedError {
  if (isCloneable(thrown)) return { thrown }
  return encodeError(
    new CloneError(
      `a task threw ${describe(thrown)}, which can't be sent from a thread; throw an Error`,
      'thrown',
    ),
  )
}

function cloneableOrText(value: unknown): unknown {
  if (isCloneable(value)) return value
  try {
    return `[${describe(value)}]`
  } catch {
    return "[can't be read]"
  }
}

/** Where work was asked for; formatted when it is first read. */
export interface Trace {
  readonly stack?: string
}

/**
 * Brings back what was thrown. `caller` tells where the work was asked for: its frames follow the thread's own, now or
 * by {@link addCaller}.
 */
export function decodeError(
  encoded: EncodedError,
  caller?: Trace,
  seen = new Map<EncodedError, unknown>(),
): unknown {
  if ('thrown' in encoded) return encoded.thrown
  const known = seen.get(encoded)
  if (known) return known
  const { error: record } = encoded
  const error = revive(record)
  seen.set(encoded, error)
  for (const [key, value] of record.own) define(error, key, value, true)
  define(error, 'stack', record.stack, false)
  callerless.add(error)
  if (caller) addCaller(error, caller)
  if (record.cause) define(error, 'cause', decodeError(record.cause, undefined, seen), false)
  if (record.errors)
    define(
      error,
      'errors',
      record.errors.map((each) => decodeError(each, undefined, seen)),
      false,
    )
  return error
}

function revive(record: ErrorRecord): Error {
  if (record.type === 'DOMException') return new DOMException(record.message, record.name) as unknown as Error
  const type =
    registered.get(record.type) ?? (globalThis as unknown as Record<string, ErrorClass>)[record.type] ?? Error
  // Made by Error, so that it is a native error everywhere, then given its class: constructors may want anything.
  const error = new Error(record.message)
  Object.setPrototypeOf(error, type.prototype)
  if (error.name !== record.name) define(error, 'name', record.name, false)
  return error
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  try {
    Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true })
  } catch {
    // A class may have made the property its own (a DOMException's code); it then says the same already.
  }
}

/** Errors of threads that end with the thread's frames. */
const callerless = new WeakSet<object>()

/** Adds the frames of whoever asked for the work to an error that came from a thread, once. */
export function addCaller(error: unknown, caller: Trace): void {
  if (!(error instanceof Error) || !callerless.delete(error)) return
  const frames = caller.stack?.split('\n').slice(1).join('\n')
  if (error.stack && frames) define(error, 'stack', `${error.stack}\n${frames}`, false)
}
