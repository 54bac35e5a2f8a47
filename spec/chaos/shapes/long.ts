import { map } from 'rxjs'
import { fanIn, fanOut, parallelMap } from 'rxjs-parallel'
import { numberOf } from '../items.js'
import type { Shape } from './shape.js'
import { ofCopy, usual } from './shape.js'

/** Tasks, then stages, then tasks. */
export const longShape: Shape = {
  name: 'long',
  most: 10_000,
  make: (random) => {
    const branches = random.between(1, 4)
    const route = random.pick(['balance', 'key'] as const)
    const ordered = random.oneOf(2)
    return {
      ...usual,
      choices: { branches, route, ordered },
      order: ordered && route === 'key' ? (n) => n % 5 : 'none',
      steps: 3,
      keepsBefore: () => false,
      names: false,
      tight: false,
      open: (numbers, { pool: { tasks }, source }) =>
        source(numbers).pipe(
          parallelMap(tasks.first as any, { ordered }),
          fanOut(tasks.between, {
            branches,
            route: route === 'key' ? (item) => numberOf(item) % 5 : route,
          }),
          fanIn(),
          parallelMap(tasks.third as any, { ordered }),
          ofCopy(0),
        ),
    }
  },
}

/** Branches that stay on this thread, each with a `parallelMap` of its own: several on one pool. */
export const localShape: Shape = {
  name: 'local branches',
  most: 20_000,
  make: (random) => {
    const branches = random.between(1, 5)
    const route = random.pick(['balance', 'roundRobin', 'key'] as const)
    return {
      ...usual,
      choices: { branches, route },
      order: route === 'key' ? (n) => n % 7 : 'none',
      replaces: true,
      open: (numbers, { pool, source, failed }) =>
        source(numbers).pipe(
          fanOut(branches, { route: route === 'key' ? (item: unknown) => numberOf(item) % 7 : route }),
          map((branch) => branch.pipe(parallelMap(pool.tasks.plain as any, { onError: failed }))),
          fanIn(),
          ofCopy(0),
        ),
    }
  },
}
