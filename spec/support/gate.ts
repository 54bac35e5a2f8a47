import { onTestFinished } from 'vitest'
import { until } from './until.js'

/** The cells of a gate, in shared memory: see spec/fixtures/gate.mjs, where tasks use them. */
const cell = { open: 0, started: 1, active: 2, most: 3, ended: 4, cancelled: 5 } as const

/** Holds tasks of a worker until it is opened, and counts them, without any message. */
export class Gate {
  /** Sent to a task with its item. */
  readonly cells = new Int32Array(new SharedArrayBuffer(64))

  constructor() {
    // A test that fails must not leave threads held for those after it.
    onTestFinished(() => this.open(2 ** 30))
  }

  /** Lets the tasks go on that wait for this number or a lower one. */
  open(number = 1): void {
    Atomics.store(this.cells, cell.open, number)
    Atomics.notify(this.cells, cell.open)
  }

  /** How many tasks have begun. */
  get started(): number {
    return Atomics.load(this.cells, cell.started)
  }

  /** How many were in progress at once, at most. */
  get most(): number {
    return Atomics.load(this.cells, cell.most)
  }

  /** How many were left, in whatever way. */
  get ended(): number {
    return Atomics.load(this.cells, cell.ended)
  }

  /** How many saw that they were cancelled. */
  get cancelled(): number {
    return Atomics.load(this.cells, cell.cancelled)
  }

  untilStarted(count: number): Promise<void> {
    return until(`${count} tasks have started`, () => this.started >= count)
  }

  untilEnded(count: number): Promise<void> {
    return until(`${count} tasks have ended`, () => this.ended >= count)
  }

  untilCancelled(count: number): Promise<void> {
    return until(`${count} tasks have seen that they are cancelled`, () => this.cancelled >= count)
  }
}
