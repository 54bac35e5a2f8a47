/**
 * The form in which messages are posted. What travels all the time, batches and their results, goes as tuples, since
 * structured clone writes the name of each property as a string. The form of the values themselves is posting.ts's.
 * @module
 */
import type { EncodedError } from './errorCodec.js'
import type { FromThread, ToThread } from './messages.js'
import type { PackValues, UnpackValues } from './posting.js'
import { fromText, toText } from './text.js'

type BatchTuple = [channel: number, task: number, batch: number, values: unknown]
type ResultsTuple = [
  batch: number,
  first: number,
  busy: number,
  values: unknown,
  layout?: number[],
  errors?: EncodedError[],
]

/** A message to a thread, as it is posted. */
export function compactTo(message: ToThread, pack: PackValues): unknown {
  if (message.type === 'batch') {
    const { channel, task, batch, values } = message
    const text = values.length === 1 ? toText(channel, task, batch, values[0]) : undefined
    if (text !== undefined) return text
    return [channel, task, batch, pack(values)] satisfies BatchTuple
  }
  return message.type === 'input' ? { ...message, values: pack(message.values) } : message
}

/** What {@link compactTo} has posted. */
export function expandTo(data: unknown, unpack: UnpackValues): ToThread {
  if (typeof data === 'string') {
    const [channel, task, batch, value] = fromText(data)
    return { type: 'batch', channel, task, batch, values: [value] }
  }
  if (!Array.isArray(data)) return withValues(data as ToThread, unpack)
  const [channel, task, batch, values] = data as BatchTuple
  return { type: 'batch', channel, task, batch, values: unpack(values) }
}

/** A message from a thread, as it is posted. */
export function compactFrom(message: FromThread, pack: PackValues): unknown {
  if (message.type === 'results') {
    const { batch, first, busy, values, layout, errors } = message
    if (!layout && values.length === 1) {
      const text = toText(batch, first, Math.round(busy * 1000), values[0])
      if (text !== undefined) return text
    }
    const packed = pack(values)
    // Most have neither, and an element that isn't there costs nothing.
    if (!layout) return [batch, first, busy, packed] satisfies ResultsTuple
    return (
      errors ? [batch, first, busy, packed, layout, errors] : [batch, first, busy, packed, layout]
    ) satisfies ResultsTuple
  }
  return message.type === 'output' ? { ...message, values: pack(message.values) } : message
}

/** What {@link compactFrom} has posted. */
export function expandFrom(data: unknown, unpack: UnpackValues): FromThread {
  if (typeof data === 'string') {
    const [batch, first, microseconds, value] = fromText(data)
    return {
      type: 'results',
      batch,
      first,
      busy: microseconds / 1000,
      values: [value],
      layout: undefined,
      errors: undefined,
    }
  }
  if (!Array.isArray(data)) return withValues(data as FromThread, unpack)
  const [batch, first, busy, values, layout, errors] = data as ResultsTuple
  return { type: 'results', batch, first, busy, values: unpack(values), layout, errors }
}

/** A message that isn't a tuple, with its values unpacked if it has some. */
function withValues<M extends ToThread | FromThread>(message: M, unpack: UnpackValues): M {
  return message.type === 'input' || message.type === 'output'
    ? { ...message, values: unpack(message.values) }
    : message
}
