import { map } from 'rxjs'
import { parallelMap } from 'rxjs-parallel'
import type { Shape } from './shape.js'
import { ofCopy, usual } from './shape.js'

/** Three `parallelMap`s after each other: one hop where they are adjacent, several where not. */
export const chainShape: Shape = {
  name: 'chain',
  most: 10_000,
  make: (random) => {
    const ordered = random.oneOf(2)
    const second = random.pick(['second', 'second', 'split'] as const)
    const apart = random.pick([[], [], [1], [1, 2]])
    const isOneHop = second === 'second' && apart.length === 0
    return {
      ...usual,
      choices: { ordered, second, apart },
      order: ordered ? 'all' : 'none',
      steps: 3,
      // The error of one hop stops those after it at once.
      keepsBefore: () => isOneHop,
      canHave: (fault) => !fault.endless && !(second === 'split' && fault.waits),
      open: (numbers, { pool: { tasks }, source }) => {
        const how = { ordered }
        const steps = [tasks.first, tasks[second], tasks.third] as const
        return steps
          .reduce(
            (stream, task, i) =>
              (apart.includes(i) ? stream.pipe(map((item) => item)) : stream).pipe(
                parallelMap(task as any, how),
              ),
            source(numbers),
          )
          .pipe(ofCopy(0))
      },
    }
  },
}
