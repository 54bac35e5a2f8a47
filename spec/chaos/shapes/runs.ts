import { catchError, defer, mergeMap } from 'rxjs'
import type { Shape } from './shape.js'
import { ofCopy, usual } from './shape.js'

/** Single runs, some of them at once. */
export const runsShape: Shape = {
  name: 'runs',
  most: 5_000,
  make: (random) => {
    const task = random.pick(['plain', 'later'] as const)
    const atOnce = random.magnitude(1, 200)
    return {
      ...usual,
      choices: { task, atOnce },
      order: 'none',
      replaces: true,
      open: (numbers, { pool, source, failed }) =>
        source(numbers).pipe(
          mergeMap(
            (item) =>
              defer(() => pool.run(pool.tasks[task], item)).pipe(catchError((error) => failed(error, item))),
            atOnce,
          ),
          ofCopy(0),
        ),
    }
  },
}
