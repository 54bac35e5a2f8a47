/**
 * Makes objects property by property.
 * @module
 */

/** Returns what makes objects with these keys, whose values `part` gives one after the other. */
export function assembler(keys: readonly string[], part: () => unknown): () => unknown {
  return () => {
    const object: Record<string, unknown> = {}
    for (let i = 0; i < keys.length; i++) object[keys[i]!] = part()
    return object
  }
}
