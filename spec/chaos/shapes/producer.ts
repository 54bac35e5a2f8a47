import { fromTask } from 'rxjs-parallel'
import type { Shape } from './shape.js'
import { ofCopy, usual } from './shape.js'

/** A generator in a thread as the source. */
export const producerShape: Shape = {
  name: 'producer',
  most: 10_000,
  make: (random) => {
    const task = random.pick(['produce', 'produceLater'] as const)
    return {
      ...usual,
      choices: { task },
      // What it had emitted and not sent is lost with its thread.
      keepsBefore: (fault) => !fault.deadly,
      names: false,
      tight: false,
      canHave: (fault) => !fault.endless && fault.name !== 'badItem' && !(task === 'produce' && fault.waits),
      open: (numbers, { pool, itemOf }) => fromTask(pool.tasks[task], numbers.map(itemOf)).pipe(ofCopy(0)),
    }
  },
}
