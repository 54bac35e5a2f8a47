/**
 * What makes of what a pool shares what it is. Only a task or a stage has a context to reach it by: so each brings along
 * how to load it, as a stage does what runs it (see stages.ts), and a bundle without one has none.
 * @module
 */
import type { Revive } from '../wire/sharing.js'
import type { ExposedFunctions } from './exposed.js'
import { reviver } from './exposed.js'

/** Loads it, where there may be a use for it. */
export function loadReviver(exposed: ExposedFunctions): Promise<Revive> | undefined {
  for (const run of Object.values(exposed)) if (run[reviver]) return run[reviver]() as Promise<Revive>
  return undefined
}
