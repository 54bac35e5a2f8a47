/**
 * The lists of keys that objects have in common. They travel once; after that an object goes as its values.
 * @module
 */

/** Remembers which shape was found at one place in values, which is a good guess for the next value. */
export interface Site {
  shape: Shape
}

export interface Shape {
  readonly id: number
  readonly keys: readonly string[]
  /** One for each key. */
  readonly sites: readonly Site[]
}

/** Both sides keep so many; objects of any other shape carry their keys with them. */
const shapesMost = 512
const keysMost = 256
/** Enough to notice that each of the shapes that there can be has come before. */
const metMost = 2 * shapesMost

/** Where there is no guess. */
export const noShape: Shape = { id: -1, keys: [], sites: [] }

export const newSite = (): Site => ({ shape: noShape })

export class Shapes {
  /** In the order of their numbers. */
  readonly all: Shape[] = []
  private readonly byName = new Map<string, Shape>()
  /** Lists of keys that came once. Those of an object that is used as a map never come again. */
  private readonly met = new Set<string>()

  /** @param isKey which keys a shape may have. */
  constructor(private readonly isKey: (key: string) => boolean) {}

  /** The shape of objects with these keys in this order. The first that has them gets none. */
  find(keys: readonly string[]): Shape | undefined {
    if (keys.length > keysMost) return undefined
    const name = keys.join('\n')
    const known = this.byName.get(name)
    if (known) return isSame(known.keys, keys) ? known : undefined
    if (this.all.length === shapesMost) return undefined
    if (this.met.delete(name)) return keys.every(this.isKey) ? this.add(name, keys) : undefined
    if (this.met.size === metMost) this.met.clear()
    this.met.add(name)
    return undefined
  }

  private add(name: string, keys: readonly string[]): Shape {
    const shape: Shape = { id: this.all.length, keys, sites: keys.map(newSite) }
    this.all.push(shape)
    this.byName.set(name, shape)
    return shape
  }
}

/** Keys may contain what joins them. */
function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((key, i) => key === others[i])
}
