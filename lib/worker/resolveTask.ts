/**
 * From the name or the source that a channel brings to the function that it runs.
 * @module
 */
import { ParallelError } from '../errors.js'
import { isGenerator } from '../wire/generators.js'
import type { ExposedKind, Manifest, TaskSource } from '../wire/messages.js'
import type { ExposedFunction, ExposedFunctions } from './exposed.js'
import { many, role } from './exposed.js'
import { reviveFunction } from './inlineFunction.js'

/** The function that a channel asks for. Throws where there is none of that name. */
export function resolveTask(exposed: ExposedFunctions, task: TaskSource): ExposedFunction {
  if ('code' in task) return reviveFunction(task)
  const found = Object.hasOwn(exposed, task.name) ? exposed[task.name] : undefined
  if (found) return found
  const names = Object.keys(exposed).join(', ') || 'nothing'
  throw new ParallelError('UNKNOWN_TASK', `the worker module exposes no '${task.name}'; it exposes ${names}`)
}

/** What there is to call, for the main side. */
export function manifestOf(exposed: ExposedFunctions): Manifest {
  return Object.fromEntries(Object.entries(exposed).map(([name, run]) => [name, kindOf(run)]))
}

function kindOf(run: ExposedFunction): ExposedKind {
  if (run[role] === 'stage') return 'stage'
  return run[many] || isGenerator(run) ? 'generator' : 'task'
}
