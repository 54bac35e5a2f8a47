import type { Trace } from '../wire/errorCodec.js'

/** The stack of whoever called `caller`, one of this library's functions: it is added to errors that threads report. */
export function traceOf(caller: (...args: never[]) => unknown): Trace {
  // Only V8 can leave our own frames out; and of an Error it would take the stack twice, which costs as much as a message.
  if (!Error.captureStackTrace) return new Error()
  const trace = {}
  Error.captureStackTrace(trace, caller)
  return trace
}
