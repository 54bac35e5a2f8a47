import { expose, task } from 'rxjs-parallel/worker'
import type { WorkPackage } from './workPackage.js'
import { toFunction } from './workPackage.js'

/** Knows none of the functions: each package brings its own. */
export default expose({
  consume: task(({ producer, text, functions }: WorkPackage, { threadId }) => {
    const steps = [text]
    for (const fn of functions) steps.push(toFunction(fn)(steps.at(-1)!))
    return { producer, names: functions.map(({ name }) => name), steps, threadId }
  }),
})
