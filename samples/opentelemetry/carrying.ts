/** Takes the trace context of OpenTelemetry along with items, into a thread and back. Loaded on both sides. */
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api'

// #region carrying
/** A value, and the span that it belongs to in the form that goes over a wire: W3C's header `traceparent`. */
export interface Carried<T> {
  readonly carrier: Readonly<Record<string, string>>
  readonly value: T
}

/** The value with the span that is active here. */
export function carry<T>(value: T): Carried<T> {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return { carrier, value }
}

/** Runs a function for a value that was carried here, in the span that it was carried from. */
export function carried<T, R>(run: (value: T) => R): (item: Carried<T>) => R {
  return ({ carrier, value }) =>
    context.with(propagation.extract(context.active(), carrier), run, null, value)
}

/** The function with a span of its own, in which its result is carried on. */
export function traced<T, R>(name: string, run: (value: T) => R) {
  return carried((value: T) =>
    trace.getTracer('samples').startActiveSpan(name, async (span): Promise<Carried<Awaited<R>>> => {
      try {
        return carry(await run(value))
      } catch (error) {
        span.recordException(error as Error)
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) })
        throw error
      } finally {
        span.end()
      }
    }),
  )
}
// #endregion
