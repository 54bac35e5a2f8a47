/**
 * Work that waits for a thread, in the order of its turns.
 *
 * There may be a hundred thousand single runs of some tasks: where one run finds no room, none of its task would, so they
 * aren't asked. Each such kind of work waits in a row of its own, so that they aren't even gone past. That, and that
 * nothing else here takes longer the more wait, keeps the time of an item from growing with their number.
 * @module
 */
import type { Work } from '../flow/work.js'

/** A place in a row. One that was left leads on to those that were behind it, for whoever is at it just then. */
interface Place {
  work: Work | undefined
  /** When its turn comes: the lowest number of all rows is the first. */
  ticket: number
  before: Place | undefined
  behind: Place | undefined
}

/** Who asks for the same room, in the order in which they came. */
interface Row {
  /** Undefined for those who have to be asked each. */
  readonly kind: object | undefined
  size: number
  first: Place
  /** Empty: whoever comes next takes it, so that a place has one behind it from the beginning. */
  last: Place
  /** Whose turn in this row is next in this pass. */
  next: Place
  /** Whether there is no room for its kind, as far as this pass knows. */
  refused: boolean
  /** Whether it is among the rows that have turns left in this pass. */
  isListed: boolean
}

const newPlace = (before?: Place): Place => ({ work: undefined, ticket: 0, before, behind: undefined })

export class Turns {
  private readonly places = new Map<Work, { readonly row: Row; readonly place: Place }>()
  private readonly rows = new Map<object | undefined, Row>()
  /** The rows that have turns left in this pass, the one whose turn is next at the end. */
  private listed: Row[] = []
  private passing = false
  private tickets = 0

  /** @param kindOf who asks for the same room as others; undefined for one that has to be asked by itself. */
  constructor(private readonly kindOf: (work: Work) => object | undefined) {}

  get size(): number {
    return this.places.size
  }

  /** At the end; who waits already stays where it is, unless it asks for something else now. */
  add(work: Work): void {
    const kind = this.kindOf(work)
    const known = this.places.get(work)
    if (known) {
      if (known.row.kind === kind) return
      this.delete(work)
    }
    const row = this.rows.get(kind) ?? this.newRow(kind)
    const place = row.last
    place.work = work
    place.ticket = this.tickets++
    place.behind = row.last = newPlace(place)
    row.size++
    this.places.set(work, { row, place })
    if (this.passing) this.list(row)
  }

  delete(work: Work): void {
    const known = this.places.get(work)
    if (!known) return
    const { row, place } = known
    this.places.delete(work)
    place.work = undefined
    const { before, behind } = place
    behind!.before = before
    if (before) before.behind = behind
    else row.first = behind!
    row.size--
    if (row.size === 0) this.rows.delete(row.kind)
  }

  /** @param giveOut returns whether there was no room for it. It may add and delete; who is added has a turn, too. */
  pass(giveOut: (work: Work) => boolean): void {
    this.begin()
    for (let row = this.listed.pop(); row; row = this.listed.pop()) {
      row.isListed = false
      const { next } = row
      // It may have been left meanwhile.
      if (next.work) {
        row.next = next.behind!
        if (giveOut(next.work) && row.kind) row.refused = true
      }
      this.list(row)
    }
    this.passing = false
  }

  *[Symbol.iterator](): Generator<Work> {
    yield* this.places.keys()
  }

  private newRow(kind: object | undefined): Row {
    const first = newPlace()
    const row = { kind, size: 0, first, last: first, next: first, refused: false, isListed: false }
    this.rows.set(kind, row)
    return row
  }

  private begin(): void {
    this.passing = true
    this.listed = [...this.rows.values()]
    for (const row of this.listed) {
      row.next = row.first
      row.refused = false
      row.isListed = true
    }
    this.listed.sort((a, b) => b.next.ticket - a.next.ticket)
  }

  /** Has it have its next turn in this pass, if it has one. */
  private list(row: Row): void {
    if (row.isListed || row.refused) return
    while (!row.next.work && row.next !== row.last) row.next = row.next.behind!
    if (row.next === row.last) return
    row.isListed = true
    const { listed } = this
    let low = 0
    for (let high = listed.length; low < high; ) {
      const middle = (low + high) >> 1
      if (listed[middle]!.next.ticket > row.next.ticket) low = middle + 1
      else high = middle
    }
    listed.splice(low, 0, row)
  }
}
