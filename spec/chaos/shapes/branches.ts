import { map } from 'rxjs'
import { fanIn, fanOut } from 'rxjs-parallel'
import { numberOf, readResult } from '../items.js'
import type { Random } from '../random.js'
import type { Pipeline, Shape } from './shape.js'
import { ofCopy, usual } from './shape.js'

const tasks = ['loop', 'loop', 'observable', 'later', 'plain'] as const

/** What all pipelines of branches have in common. */
function choose(random: Random) {
  const task = random.pick(tasks)
  const branches = random.between(1, 6)
  const errors = random.pick(['first', 'last'] as const)
  const runs = {
    ...usual,
    // A stage's state, and what it had emitted and not sent, is lost with its thread; and the error of one branch
    // ends all of them.
    keepsBefore: () => false,
    names: task === 'later' || task === 'plain',
    tight: false,
  }
  return { task, branches, errors, runs }
}

/** A branch for each key, or for several. */
export const byKeyShape: Shape = {
  name: 'by key',
  most: 10_000,
  make: (random) => {
    const { task, branches, errors, runs } = choose(random)
    const keys = random.magnitude(1, 40)
    const keyOf = (n: number) => n % keys
    return {
      ...runs,
      choices: { task, branches, errors, keys },
      order: keyOf,
      open: (numbers, { pool, source }) =>
        source(numbers).pipe(
          fanOut(pool.tasks[task] as any, { branches, route: (item: unknown) => keyOf(numberOf(item)) }),
          fanIn({ errors }),
          ofCopy(0),
        ),
    }
  },
}

/** Whoever has room, or each in turn; brought together as they come, or in turns, which is the order they had. */
export const balancedShape: Shape = {
  name: 'balanced',
  most: 10_000,
  make: (random) => {
    const { task, branches, errors, runs } = choose(random)
    const route = random.pick(['balance', 'roundRobin'] as const)
    const order = route === 'roundRobin' ? random.pick(['arrival', 'roundRobin'] as const) : 'arrival'
    return {
      ...runs,
      choices: { task, branches, errors, route, order },
      // Where a branch has failed and the others go on, turns are taken without it.
      order: order === 'roundRobin' && errors === 'first' ? 'all' : 'none',
      open: (numbers, { pool, source }) =>
        source(numbers).pipe(
          fanOut(pool.tasks[task] as any, { branches, route }),
          fanIn({ errors, order }),
          ofCopy(0),
        ),
    } satisfies Pipeline
  },
}

/** All to all. */
export const broadcastShape: Shape = {
  name: 'broadcast',
  most: 5_000,
  make: (random) => {
    const { task, branches, errors, runs } = choose(random)
    return {
      ...runs,
      choices: { task, branches, errors },
      copies: branches,
      open: (numbers, { pool, source }) =>
        source(numbers).pipe(
          fanOut(pool.tasks[task] as any, { branches, route: 'broadcast' }),
          map((branch) => branch.pipe(ofCopy(branch.index))),
          fanIn({ errors }),
        ),
    }
  },
}

/** Sorted branches, merged. */
export const sortedShape: Shape = {
  name: 'sorted',
  most: 10_000,
  make: (random) => {
    const { task, branches, errors, runs } = choose(random)
    const keys = random.magnitude(1, 40)
    const route = random.pick(['balance', 'roundRobin', (item: unknown) => numberOf(item) % keys] as const)
    return {
      ...runs,
      choices: { task, branches, errors, route: typeof route === 'string' ? route : `${keys} keys` },
      // Of a branch that has failed values may be missing.
      order: errors === 'first' ? 'all' : 'none',
      open: (numbers, { pool, source }) =>
        source(numbers).pipe(
          fanOut(pool.tasks[task] as any, { branches, route }),
          fanIn<unknown>({ errors, order: (a, b) => readResult(a).n - readResult(b).n }),
          ofCopy(0),
        ),
    }
  },
}
