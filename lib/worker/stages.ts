/**
 * What runs stages: needs RxJS, which a thread of plain tasks never loads, and a bundle without stages has none. So each
 * stage brings along how to load it, and not this side, which may be of another copy of this library.
 * @module
 */
import type { ExposedFunctions } from './exposed.js'
import { role, stageRunner } from './exposed.js'
import type { StageRunner } from './stageRunner.js'

export type StageRunnerClass = typeof StageRunner

/** Loads it. Asked for only where a stage is exposed. */
export function loadStageRunner(exposed: ExposedFunctions): StageRunnerClass | Promise<StageRunnerClass> {
  const stage = Object.values(exposed).find((run) => run[role] === 'stage')
  return stage![stageRunner]!() as StageRunnerClass | Promise<StageRunnerClass>
}
