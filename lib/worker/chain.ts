/**
 * Several tasks as one, each called with what the one before it gave: so adjacent `parallelMap`s run.
 * @module
 */
import { chainEmissions } from './chainEmissions.js'
import { kindOf } from './emission.js'
import { handOver } from './handOver.js'
import { isLater, later, whenSettledOf } from './later.js'
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
      return chainEmissions({
        source: result,
        kind,
        rest: (value, index) => goOn(value, `results[${index}]`),
        explain: fail,
      })
    return whenThere(result as PromiseLike<unknown>, (value) => goOnWith(value, step, moved, context), fail)
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

/** What is made of a result once it is there: in its own time, where it has one. */
function whenThere(
  result: PromiseLike<unknown>,
  goOn: (value: unknown) => unknown,
  explain: (thrown: unknown) => unknown,
): PromiseLike<unknown> {
  if (!isLater(result))
    return Promise.resolve(result).then(goOn, (thrown) => {
      throw explain(thrown)
    })
  return later((succeed, fail) => {
    let stopRest: (() => unknown) | undefined
    const stop = whenSettledOf(
      result,
      (value) => {
        let next: unknown
        try {
          next = goOn(value)
        } catch (thrown) {
          return fail(thrown)
        }
        if (kindOf(next) === 'promise') stopRest = whenSettledOf(next as PromiseLike<unknown>, succeed, fail)
        else succeed(next)
      },
      (thrown) => fail(explain(thrown)),
    )
    return () => void (stopRest ?? stop)()
  })
}
