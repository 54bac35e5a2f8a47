/**
 * Several tasks as one, each called with what the one before it gave: so adjacent `parallelMap`s run.
 * @module
 */
import { ChainEmissions } from './chainEmissions.js'
import { kindOf } from './emission.js'
import { handOver } from './handOver.js'
import { StepFailure } from './stepFailure.js'
import type { MakeContext, Task } from './task.js'

const nothing: Transferable[] = []

/** Tasks after the first are called when their input is there: the result may be a Promise, or emit many. */
export function chained(tasks: readonly Task[]): Task {
  const last = tasks.length - 1

  const runFrom = (first: number, input: unknown, context: MakeContext): unknown => {
    let value = input
    let step = first
    try {
      for (; step < last; step++) {
        const task = tasks[step]!
        // What it moves, it moves to the next task.
        const moved: Transferable[] = task.wantsContext ? [] : nothing
        const result = task.call(value, task.wantsContext ? movingTo(moved, context) : context)
        if (typeof result === 'object' && result !== null && kindOf(result) !== 'value')
          return goOnWith(result, step, moved, context)
        value = handOver(result, moved)
      }
    } catch (thrown) {
      throw failureOf(step, thrown)
    }
    return tasks[last]!.call(value, context)
  }

  /** Goes on with a result that isn't there yet, or of which there are many. */
  const goOnWith = (result: unknown, step: number, moved: Transferable[], context: MakeContext): unknown => {
    const kind = kindOf(result)
    const fail = (thrown: unknown) => failureOf(step, thrown)
    const goOn = (value: unknown, place?: string) => {
      let input: unknown
      try {
        input = handOver(value, moved.splice(0), place)
      } catch (thrown) {
        throw fail(thrown)
      }
      return runFrom(step + 1, input, context)
    }
    if (kind === 'value') return goOn(result)
    if (kind !== 'promise')
      return new ChainEmissions(result, kind, (value, index) => goOn(value, `results[${index}]`), fail)
    return Promise.resolve(result).then(
      (value) => goOnWith(value, step, moved, context),
      (thrown) => {
        throw fail(thrown)
      },
    )
  }

  const failureOf = (step: number, thrown: unknown): StepFailure =>
    StepFailure.is(thrown) ? thrown : new StepFailure(step, tasks[step]!.explain(thrown))

  return {
    call: (value, context) => runFrom(0, value, context),
    explain: (thrown) => (StepFailure.is(thrown) ? thrown : tasks[last]!.explain(thrown)),
    wantsContext: true,
  }
}

function movingTo(moved: Transferable[], context: MakeContext): MakeContext {
  return () => context((list) => void moved.push(...list))
}
