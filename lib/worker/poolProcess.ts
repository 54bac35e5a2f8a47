/**
 * How a process that a pool has started joins it.
 * @module
 */
import type { ConnectMessage, Manifest } from '../wire/messages.js'

/** What it joins its pool by: calling what connects it. */
export interface PoolProcess {
  join(connect: (message: ConnectMessage) => Promise<Manifest>): void
}

const processKey: unique symbol = Symbol.for('rxjs-parallel.process') as never

/** Where processMain.ts leaves it for the worker module, whose copy of this library may be another one. */
const holder = globalThis as { [processKey]?: PoolProcess }

/** Says that this process is a pool's own. */
export function setPoolProcess(process: PoolProcess): void {
  holder[processKey] = process
}

/** What {@link setPoolProcess} has said. */
export function poolProcess(): PoolProcess | undefined {
  return holder[processKey]
}
