/**
 * What tasks cost and what goes wrong with them, where a test says so: of real threads it is the tasks' own doing.
 * @module
 */
import { badArgument, checkFunction } from '../pool/checks.js'
import type { Time } from '../wire/time.js'
import type { ExposedFunction } from '../worker/exposed.js'
import { many, role } from '../worker/exposed.js'
import { later } from '../worker/later.js'

/** What is asked with the arguments of each call of a task. */
export interface Model {
  /**
   * Milliseconds (frames, in virtual time) for which an item keeps its thread from all others. The task is called when
   * they are over. Default: none.
   */
  readonly cost?: (...args: never[]) => number
  /**
   * Milliseconds (frames) that an item waits besides, as for a network: with `concurrency`, others go on meanwhile.
   * Default: none.
   */
  readonly delay?: (...args: never[]) => number
  /** Whether the item's thread dies, as by `process.exit(1)`. Default: never. */
  readonly crashOn?: (...args: never[]) => boolean
  /** Whether the item computes for ever and looks at nothing: only the end of its thread ends it. Default: never. */
  readonly hang?: (...args: never[]) => boolean
}

export const modelNames = ['cost', 'delay', 'crashOn', 'hang'] as const satisfies (keyof Model)[]

/** The thread that items run in. */
export interface Modelled {
  readonly time: Time
  /** Calls back when it has computed for so long, after all that it has to compute before. Returns how to give it up. */
  compute(cost: number, run: () => void): () => void
  crash(): void
  hang(): void
}

/** Throws a ParallelError `INVALID_ARGUMENT`. */
export function checkModel(caller: string, model: Model): Model {
  for (const name of modelNames) checkFunction(caller, name, model[name])
  return model
}

/** The function as it is with what the model says of it. */
export function modelled(
  run: ExposedFunction,
  model: Model,
  thread: Modelled,
  caller: string,
): ExposedFunction {
  // A stage is given a stream, and takes its time by operators.
  if (run[role] === 'stage' || modelNames.every((name) => model[name] === undefined)) return run
  const timeOf = (name: 'cost' | 'delay', args: unknown[]) => {
    const time = model[name]?.(...(args as never[])) ?? 0
    if (typeof time === 'number' && time >= 0) return time
    throw badArgument(
      caller,
      `${name} must return a number of milliseconds of at least 0, got ${String(time)}`,
    )
  }
  const call = (...args: unknown[]) => {
    if (model.crashOn?.(...(args as never[]))) return never(() => thread.crash())
    if (model.hang?.(...(args as never[]))) return never(() => thread.hang())
    const [cost, delay] = [timeOf('cost', args), timeOf('delay', args)]
    if (cost === 0 && delay === 0) return run(...args)
    return later((succeed, fail) => {
      const end = () => {
        let result: unknown
        try {
          result = run(...args)
        } catch (thrown) {
          return fail(thrown)
        }
        succeed(result)
      }
      let giveUp = thread.compute(cost, () => {
        if (delay === 0) end()
        else giveUp = thread.time.after(delay, end)
      })
      return () => giveUp()
    })
  }
  return Object.assign(call, { [role]: run[role], [many]: run[many] })
}

/** Never ends by itself. */
function never(begin: () => void): unknown {
  begin()
  return later(() => () => {})
}
