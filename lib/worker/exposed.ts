/**
 * An exposed function as its thread sees it.
 * @module
 */

/** Says how an exposed function wants to be called; a type of its own, so that a stage can't be used as a task. */
export const role: unique symbol = Symbol.for('rxjs-parallel.role') as never

/** Says of a wrapper that a generator is in it. */
export const many: unique symbol = Symbol.for('rxjs-parallel.many') as never

/**
 * Says of a stage how to load what runs it, see stages.ts.
 */
export const stageRunner: unique symbol = Symbol.for('rxjs-parallel.stageRunner') as never

/** Says of a task or a stage how to load what makes `context.shared`, see sharing.ts. */
export const reviver: unique symbol = Symbol.for('rxjs-parallel.reviver') as never

/** A function as a thread calls it, whatever its types were. */
export type ExposedFunction = ((...args: unknown[]) => unknown) & {
  readonly [role]?: 'task' | 'stage'
  readonly [many]?: boolean
  readonly [stageRunner]?: () => unknown
  readonly [reviver]?: () => unknown
}

/** All that a worker module exposed. */
export type ExposedFunctions = Readonly<Record<string, ExposedFunction>>
