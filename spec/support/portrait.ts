/**
 * All that structured clone keeps of a value, as text: kinds, the order of keys, holes, the sign of zero, and which
 * objects are the same one. Two values are alike if their portraits are equal.
 */
export function portrait(value: unknown): string {
  const seen = new Map<object, number>()
  const draw = (part: unknown): string => {
    if (typeof part !== 'object' || part === null) return primitive(part)
    const known = seen.get(part)
    if (known !== undefined) return `#${known}`
    seen.set(part, seen.size)
    return `${kindOf(part)} ${inside(part, draw)} {${own(part).map(([key, each]) => `${JSON.stringify(key)}: ${draw(each)}`)}}`
  }
  return draw(value)
}

function primitive(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Object.is(value, -0)) return '-0'
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

function kindOf(value: object): string {
  const prototype = Object.getPrototypeOf(value)
  return `${Object.prototype.toString.call(value)} of ${prototype === null ? null : prototype.constructor.name}`
}

/** What isn't said by properties. */
function inside(value: object, draw: (part: unknown) => string): string {
  if (value instanceof Map) return `(${[...value].map(([key, each]) => `${draw(key)} => ${draw(each)}`)})`
  if (value instanceof Set) return `(${[...value].map(draw)})`
  if (Array.isArray(value)) return `(${value.length})`
  if (value instanceof Date) return `(${value.getTime()})`
  if (value instanceof RegExp) return `(${value})`
  if (value instanceof Error) return `(${value.name}: ${value.message}, ${draw(value.cause)})`
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return `(${new Uint8Array(value)})`
  if (ArrayBuffer.isView(value)) return `(${value.byteOffset}, ${value.byteLength}, ${draw(value.buffer)})`
  return [Boolean, Number, String, BigInt].some((type) => value instanceof type)
    ? `(${primitive(value.valueOf())})`
    : ''
}

function own(value: object): [string, unknown][] {
  return ArrayBuffer.isView(value) || value instanceof Error ? [] : Object.entries(value)
}
