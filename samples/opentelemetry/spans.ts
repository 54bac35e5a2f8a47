/** OpenTelemetry's SDK in one thread, with spans that stay in memory. A service has an exporter that sends them. */
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'

/** What is shown of a span, and can be sent between threads. */
export interface SpanRecord {
  readonly name: string
  readonly trace: string
  readonly id: string
  readonly parent: string | undefined
  readonly error: string | undefined
}

/** Starts the SDK in this thread. Returns what gives the spans that have ended since it was last asked. */
export function startTracing(): () => SpanRecord[] {
  const exporter = new InMemorySpanExporter()
  // Each thread has globals of its own: this registers the provider, the context manager and the propagator there.
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register()
  return () => {
    const ended = exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      trace: span.spanContext().traceId,
      id: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId,
      error: span.status.message,
    }))
    exporter.reset()
    return ended
  }
}
