import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import { cell, load, open } from '../fixtures/gate.mjs'
import { inProcesses } from './isolation.js'
import { until } from './until.js'

/** Of processes, which share no memory: each gate is a folder in it. */
let folder: string | undefined

afterAll(() => {
  if (folder) rmSync(folder, { recursive: true })
  folder = undefined
})

/** Holds tasks of a worker until it is opened, and counts them, without any message: see spec/fixtures/gate.mjs. */
export class Gate {
  /** Sent to a task with its item. */
  readonly cells = inProcesses ? (makeFolder() as never) : new Int32Array(new SharedArrayBuffer(64))

  constructor() {
    // A test that fails must not leave threads held for those after it.
    onTestFinished(() => this.open(2 ** 30))
  }

  /** Lets the tasks go on that wait for this number or a lower one. */
  open(number = 1): void {
    open(this.cells, number)
  }

  /** How many tasks have begun. */
  get started(): number {
    return load(this.cells, cell.started)
  }

  /** How many were in progress at once, at most. */
  get most(): number {
    return load(this.cells, cell.most)
  }

  /** How many were left, in whatever way. */
  get ended(): number {
    return load(this.cells, cell.ended)
  }

  /** How many saw that they were cancelled. */
  get cancelled(): number {
    return load(this.cells, cell.cancelled)
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

function makeFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'rxjs-parallel-gates-'))
  return mkdtempSync(join(folder, 'gate-'))
}
