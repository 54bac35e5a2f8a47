/**
 * The parts of a thread that not every one needs, each loaded with its first use: importing a worker module elsewhere,
 * or one without stages, costs next to nothing. In the build for browsers they are browser/parts.ts.
 * @module
 */

export const loadConnect = () => import('../connect.js')
export const loadJoin = async () => (await import('../joinPool.js')).joinPool
export const loadShared = async () => (await import('../../shared/revive.js')).reviveInThread
export const loadStages = async () => (await import('../stageRunner.js')).StageRunner
