/**
 * The objects of one value. Structured clone keeps it when one occurs twice in a value; what copies tree by tree can't.
 * @module
 */

/** Up to so many are looked through one by one, which costs less than a Set. */
const fewMost = 16

export class Seen {
  private readonly few: (object | undefined)[] = new Array(fewMost).fill(undefined)
  private count = 0
  private many: Set<object> | undefined

  /** False if it was there. */
  add(object: object): boolean {
    if (this.many) return this.many.size !== this.many.add(object).size
    for (let i = 0; i < this.count; i++) if (this.few[i] === object) return false
    if (this.count < fewMost) this.few[this.count++] = object
    else this.many = new Set(this.few as object[]).add(object)
    return true
  }

  /** For the next value. */
  clear(): void {
    this.count = 0
    this.many = undefined
  }

  /** Holds on to nobody's objects. */
  release(): void {
    this.clear()
    this.few.fill(undefined)
  }
}
