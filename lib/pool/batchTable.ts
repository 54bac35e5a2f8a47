/**
 * What a thread has in hand, by numbers that only grow.
 *
 * Not a Map: one that is added to and deleted from all the time makes a new table every few times, to which the old
 * one points. Once one of them has become old for the garbage collector, it keeps all that follow, and what they held,
 * till the next full collection: with many small items, all that went through.
 * @module
 */
export class BatchTable<B> {
  private ids: number[] = []
  private batches: B[] = []

  get size(): number {
    return this.ids.length
  }

  /** @param id higher than all before. */
  set(id: number, batch: B): void {
    this.ids.push(id)
    this.batches.push(batch)
  }

  get(id: number): B | undefined {
    return this.batches[this.ids.indexOf(id)]
  }

  delete(id: number): void {
    const at = this.ids.indexOf(id)
    if (at === -1) return
    this.ids.splice(at, 1)
    this.batches.splice(at, 1)
  }

  clear(): void {
    this.ids = []
    this.batches = []
  }

  keys(): IterableIterator<number> {
    return this.ids.values()
  }

  /** As it is now, whatever is deleted meanwhile. */
  [Symbol.iterator](): IterableIterator<[number, B]> {
    return this.ids.map((id, at): [number, B] => [id, this.batches[at]!])[Symbol.iterator]()
  }
}
