/**
 * What a thread makes of a task that it is told of: how to call it, and how to speak of what it throws.
 * @module
 */
import { ParallelError } from '../errors.js'
import type { TaskSource, TaskStep } from '../wire/messages.js'
import type { TaskContext } from './context.js'
import type { ExposedFunction } from './exposed.js'
import { role } from './exposed.js'
import { explainUnbound } from './inlineFunction.js'

/** Makes the context of one run. `toTransfer` takes what is to be moved; without one it moves with the item's results. */
export type MakeContext = (toTransfer?: (list: readonly Transferable[]) => void) => TaskContext

export interface Task {
  readonly call: (value: unknown, context: MakeContext) => unknown
  /** Says what was thrown in the user's terms. */
  readonly explain: (thrown: unknown) => unknown
  /** Whether it may ask for its context. */
  readonly wantsContext: boolean
}

/** Never throws: a function that can't be had fails every item that asks for it. */
export function taskOf({ task, spread }: TaskStep, resolve: (task: TaskSource) => ExposedFunction): Task {
  const explain = 'code' in task ? explainUnbound : (thrown: unknown) => thrown
  try {
    const run = resolve(task)
    return { call: callOf(run, spread), explain, wantsContext: run[role] === 'task' }
  } catch (thrown) {
    const call = () => {
      throw thrown
    }
    return { call, explain, wantsContext: false }
  }
}

function callOf(run: ExposedFunction, spread: boolean): Task['call'] {
  if (run[role] === 'stage')
    throw new ParallelError('INVALID_ARGUMENT', 'a stage takes a whole stream; give it to fanOut')
  if (run[role] === 'task')
    return (value, context) => run(spread ? (value as unknown[])[0] : value, context())
  return spread ? (value) => run(...(value as unknown[])) : (value) => run(value)
}
