/**
 * Any value as text, with all that structured clone keeps of it. Two values are alike if their portraits are equal, here
 * and in a thread.
 * @module
 */

/** `[-0, undefined, Map(1) { "a" => 1n }]`. */
export function portrait(value: unknown): string {
  return draw(value, [])
}

function draw(value: unknown, above: readonly object[]): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' || value === null) return String(value)
  const depth = above.indexOf(value)
  if (depth >= 0) return `<what is ${above.length - depth} above>`
  const inside = [...above, value]
  return drawObject(value, (part) => draw(part, inside))
}

function drawObject(value: object, part: (value: unknown) => string): string {
  if (Array.isArray(value)) return `[${Array.from(value, part).join(', ')}]`
  if (value instanceof Error) return `${value.name}(${part(value.message)})`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof RegExp) return String(value)
  if (value instanceof Map)
    return `Map(${value.size}) { ${[...value].map(([key, each]) => `${part(key)} => ${part(each)}`).join(', ')} }`
  if (value instanceof Set) return `Set(${value.size}) { ${[...value].map(part).join(', ')} }`
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${[...new Uint8Array(value)]})`
  if (ArrayBuffer.isView(value)) return drawView(value, part)
  const members = Object.entries(value).map(([key, each]) => `${key}: ${part(each)}`)
  return `{ ${members.join(', ')} }`
}

function drawView(view: ArrayBufferView, part: (value: unknown) => string): string {
  const elements = view instanceof DataView ? new Uint8Array(view.buffer) : (view as Uint8Array)
  return `${view.constructor.name}(${Array.from(elements, part).join(', ')})`
}
