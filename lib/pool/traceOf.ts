/** The stack of whoever called `caller`, one of this library's functions: it is added to errors that threads report. */
export function traceOf(caller: (...args: never[]) => unknown): Error {
  const trace = new Error()
  // Only V8 can leave our own frames out.
  Error.captureStackTrace?.(trace, caller)
  return trace
}
