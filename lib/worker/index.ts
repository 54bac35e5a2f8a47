/**
 * For modules that run in a pool's threads.
 * @module rxjs-parallel/worker
 */

export { registerError } from '../wire/errorClasses.js'
export type { TaskContext } from './context.js'
export { type ContextTask, expose, type Stage, type StageSource, stage, task } from './expose.js'
