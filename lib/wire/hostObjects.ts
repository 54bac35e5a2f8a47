/**
 * Finds objects of the platform that V8's serializer takes for empty ones: a Blob, a URL, a stream keep what they are
 * in private fields, and later versions of Node tell only structured clone of it. Sent as `{}` they would be lost
 * without a word.
 * @module
 */
import { Serializer } from 'node:v8'

/** How V8 writes an object without properties. Other bytes may look like it: then one is looked for in vain. */
const emptyObject = Buffer.from('o{\0', 'latin1')

/** Prototypes of objects that structured clone takes for plain ones, too. */
const harmless = new WeakSet<object>([Object.prototype])

/** One of them that was written as part of a message, if there is any. */
export function hostObjectIn(message: unknown, written: Buffer): object | undefined {
  if (!written.includes(emptyObject)) return undefined
  const seen = new Set<unknown>()
  const waiting = [message]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    const parts = partsOf(value)
    if (parts.length === 0 && isHostObject(value)) return value
    for (const part of parts) waiting.push(part)
  }
  return undefined
}

function partsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (ArrayBuffer.isView(value)) return []
  if (value instanceof Map) return [...value].flat()
  return value instanceof Set ? [...value] : Object.values(value)
}

function isHostObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null || harmless.has(prototype)) return false
  if (!isWrittenEmpty(value)) return false
  try {
    // A Blob becomes a Blob, an instance of a class of the user's a plain object.
    if (Object.getPrototypeOf(structuredClone(value)) !== Object.prototype) return true
    harmless.add(prototype)
    return false
  } catch {
    return true
  }
}

/** A Date, for one, has no properties either. */
function isWrittenEmpty(value: object): boolean {
  const serializer = new Serializer()
  serializer.writeValue(value)
  return serializer.releaseBuffer().equals(emptyObject)
}
