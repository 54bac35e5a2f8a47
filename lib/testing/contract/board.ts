/**
 * By which the contract's tasks know of each other where they share a thread: there need be no shared memory.
 * @module
 */

class Note {
  private set!: (value: unknown) => void
  readonly value = new Promise<unknown>((resolve) => {
    this.set = resolve
  })

  write(value: unknown): void {
    this.set(value)
  }
}

const notes = new Map<string, Note>()
const tallies = new Map<string, number>()

function note(name: string): Note {
  const known = notes.get(name) ?? new Note()
  notes.set(name, known)
  return known
}

/** Says something to all in this thread who wait for it, or will; what is said first counts. */
export function tell(name: string, value: unknown): void {
  note(name).write(value)
}

/** Waits until it is told. */
export function told(name: string): Promise<unknown> {
  return note(name).value
}

/** Counts by `by`; returns the sum. */
export function tally(name: string, by = 1): number {
  const sum = (tallies.get(name) ?? 0) + by
  tallies.set(name, sum)
  return sum
}
