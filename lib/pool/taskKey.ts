/**
 * By what a pool knows again what it has run before.
 * @module
 */
import type { TaskStep } from '../wire/messages.js'

/** A text for tasks of the worker module; inline functions are known by the operator that they were given to. */
export function taskKey(steps: readonly TaskStep[], timeout?: number): string | object {
  const key = keyOf(steps)
  return timeout === undefined || typeof key !== 'string' ? key : `${timeout} ms ${key}`
}

function keyOf(steps: readonly TaskStep[]): string | object {
  const [{ task, spread }] = steps as [TaskStep]
  if (steps.length === 1) return 'code' in task ? task : spread ? `...${task.name}` : task.name
  if (steps.some(({ task }) => 'code' in task)) return steps
  // A name may hold any character.
  return JSON.stringify(steps.map(({ task, spread }) => [spread, 'name' in task && task.name]))
}
