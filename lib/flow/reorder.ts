/**
 * Puts outcomes that come in any order back into the order of their items. One item's values stay together.
 * @module
 */

/** Where outcomes go, in order or as they come. */
export interface Sequencer<R> {
  /** Values that wait for those before them. */
  readonly held: number
  /** Items from `first` on, each with its one result. */
  run(first: number, values: ArrayLike<R>): void
  /** Some values of an item that may have more. */
  part(item: number, values: ArrayLike<R>, taken?: (count: number) => void): void
  /** The item has no more values. */
  complete(item: number): void
  /** The item failed, which ends all. */
  fail(item: number, error: unknown): void
}

/** The side of an {@link Outlet} that a sequencer needs. */
interface Output<R> {
  emit(values: ArrayLike<R>, taken?: (count: number) => void): void
  error(error: unknown): void
}

/** As they come. */
export class Arrival<R> implements Sequencer<R> {
  readonly held = 0

  constructor(private readonly output: Output<R>) {}

  run(_first: number, values: ArrayLike<R>): void {
    this.output.emit(values)
  }

  part(_item: number, values: ArrayLike<R>, taken?: (count: number) => void): void {
    this.output.emit(values, taken)
  }

  complete(): void {}

  fail(_item: number, error: unknown): void {
    this.output.error(error)
  }
}

interface Waiting<R> {
  readonly parts: { readonly values: ArrayLike<R>; readonly taken: ((count: number) => void) | undefined }[]
  /** How many items this stands for: more than one only for a run. */
  items: number
  state: 'open' | 'complete' | 'failed'
  error?: unknown
}

/** In the order of the items. */
export class Reorder<R> implements Sequencer<R> {
  held = 0
  private next = 0
  private releasing = false
  private readonly waiting = new Map<number, Waiting<R>>()

  constructor(private readonly output: Output<R>) {}

  run(first: number, values: ArrayLike<R>): void {
    if (values.length === 0) return
    if (this.isTurnOf(first)) {
      this.next += values.length
      this.output.emit(values)
      this.release()
      return
    }
    this.held += values.length
    this.waiting.set(first, {
      parts: [{ values, taken: undefined }],
      items: values.length,
      state: 'complete',
    })
  }

  part(item: number, values: ArrayLike<R>, taken?: (count: number) => void): void {
    if (this.isTurnOf(item)) return this.output.emit(values, taken)
    this.held += values.length
    this.entry(item).parts.push({ values, taken })
  }

  complete(item: number): void {
    if (!this.isTurnOf(item)) {
      this.entry(item).state = 'complete'
      return
    }
    this.next++
    this.release()
  }

  fail(item: number, error: unknown): void {
    if (this.isTurnOf(item)) return this.output.error(error)
    Object.assign(this.entry(item), { state: 'failed', error })
  }

  /** Whether all before it is out, and all that came of it so far. */
  private isTurnOf(item: number): boolean {
    return item === this.next && !this.waiting.has(item)
  }

  private entry(item: number): Waiting<R> {
    let entry = this.waiting.get(item)
    if (!entry) this.waiting.set(item, (entry = { parts: [], items: 1, state: 'open' }))
    return entry
  }

  /** Lets out what waited for the item that has just ended. */
  private release(): void {
    // Letting a value out may bring the next outcomes about: they wait for their turn in the loop below.
    if (this.releasing) return
    this.releasing = true
    for (let entry = this.waiting.get(this.next); entry; entry = this.waiting.get(this.next)) {
      for (let part = entry.parts.shift(); part; part = entry.parts.shift()) {
        this.held -= part.values.length
        this.output.emit(part.values, part.taken)
      }
      this.waiting.delete(this.next)
      if (entry.state === 'failed') this.output.error(entry.error)
      if (entry.state !== 'complete') break
      this.next += entry.items
    }
    this.releasing = false
  }
}
