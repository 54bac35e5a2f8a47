/**
 * The batches that have no end yet: all, those of one operator, and how many of them do more than wait for room
 * downstream. Asked for with every batch that is given out, so that none of it may take longer the more there are.
 * @module
 */
import type { Work } from '../../flow/work.js'
import type { Part } from './part.js'
import { isPaused } from './part.js'

interface OfWork {
  readonly parts: Set<Part>
  paused: number
}

export class Parts {
  private readonly all = new Map<number, Part>()
  private readonly works = new Map<Work, OfWork>()
  private paused = 0

  get isEmpty(): boolean {
    return this.all.size === 0
  }

  /** Those that aren't just waiting for room downstream. */
  get active(): number {
    return this.all.size - this.paused
  }

  activeOf(work: Work): number {
    const known = this.works.get(work)
    return known ? known.parts.size - known.paused : 0
  }

  get(id: number): Part | undefined {
    return this.all.get(id)
  }

  /** Those of one operator, as they are now. */
  of(work: Work): Part[] {
    return [...(this.works.get(work)?.parts ?? [])]
  }

  [Symbol.iterator](): IterableIterator<Part> {
    return this.all.values()
  }

  add(part: Part): void {
    this.all.set(part.id, part)
    const known = this.works.get(part.work)
    if (known) known.parts.add(part)
    else this.works.set(part.work, { parts: new Set([part]), paused: 0 })
  }

  remove(part: Part): void {
    if (!this.all.delete(part.id)) return
    this.setPaused(part, false)
    const known = this.works.get(part.work)!
    known.parts.delete(part)
    if (known.parts.size === 0) this.works.delete(part.work)
  }

  /** To be told when room was given, or used up; of one that is among them. */
  look(part: Part): void {
    this.setPaused(part, isPaused(part))
  }

  private setPaused(part: Part, paused: boolean): void {
    if (part.paused === paused) return
    part.paused = paused
    const change = paused ? 1 : -1
    this.paused += change
    this.works.get(part.work)!.paused += change
  }
}
