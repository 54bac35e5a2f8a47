import { defer, delay, map, merge, Subject, take, takeUntil, tap, timer } from 'rxjs'
import { parallelMap } from 'rxjs-parallel'
import { countOf } from '../items.js'
import type { Random } from '../random.js'
import type { Pipeline, Shape } from './shape.js'
import { ofCopy, usual } from './shape.js'

const one = ['plain', 'spread', 'later', 'move'] as const
const many = ['many', 'manyLater', 'observed'] as const
/** Milliseconds: long, for items that are well, even where the machine is busy with other things. */
const timeout = 500

/** One `parallelMap`, with whatever options it may have. */
export const mapShape: Shape = {
  name: 'map',
  most: 40_000,
  make: (random) => {
    const replaces = !random.oneOf(4)
    const mapping = makeMapping(random, replaces)
    const hasTimeout = random.oneOf(3)
    const retry = random.pick([undefined, undefined, 1, { count: 2, delay: 1 }] as const)
    const overflow = random.pick([undefined, undefined, undefined, 'dropOldest', 'dropNewest'] as const)
    const { pipeline, options, run } = mapping
    return {
      ...pipeline,
      choices: { ...pipeline.choices, hasTimeout, retry, overflow },
      mayDrop: overflow !== undefined,
      retries: retry !== undefined,
      hasTimeout,
      // An item that only waits for a thread's turn may take too long with it.
      tight: pipeline.tight && !hasTimeout,
      canHave: (fault) => pipeline.canHave(fault) && (hasTimeout || !fault.endless),
      open: run({
        ...options,
        ...(hasTimeout ? { timeout } : {}),
        ...(retry ? { retry } : {}),
        ...(overflow ? { buffer: { size: 100, overflow } } : {}),
      }),
    }
  },
}

/** One that is left while items are at work, some of which never end. */
export const leftShape: Shape = {
  name: 'left',
  most: 5_000,
  make: (random) => {
    const { pipeline, options, run } = makeMapping(random, true)
    const after = random.between(0, 50)
    return {
      ...pipeline,
      choices: { ...pipeline.choices, after },
      leaves: true,
      tight: false,
      canHave: pipeline.canHave,
      open: (numbers, tools) =>
        defer(() => {
          const begun = new Subject<void>()
          // Where nothing ever comes, that is left, too.
          const enough = merge(begun.pipe(take(1), delay(after)), timer(3000))
          return run(options)(numbers, tools).pipe(
            tap(() => begun.next()),
            takeUntil(enough),
          )
        }),
    }
  },
}

function makeMapping(random: Random, replaces: boolean) {
  const emitsMany = random.oneOf(3)
  const task = random.pick<(typeof one | typeof many)[number]>(emitsMany ? many : one)
  const ordered = random.oneOf(2)
  const batch = random.pick(['auto', 'auto', 'auto', 1, 7, 100] as const)
  const concurrency = random.pick([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 3, 50])
  const isSynchronous = task === 'many' || task === 'observed'
  const pipeline: Omit<Pipeline, 'open'> = {
    ...usual,
    choices: { task, ordered, replaces, batch, concurrency },
    order: ordered ? 'all' : 'none',
    countOf: emitsMany ? countOf : () => 1,
    countBefore: emitsMany ? (n) => countOf(n) >> 1 : () => 0,
    replaces,
    // What is moved to a thread, and what has emitted some, is lost with it.
    tight: !emitsMany && task !== 'move',
    canHave: (fault) => !(isSynchronous && fault.waits),
    ...(task === 'move' ? { payload: 'buffer' } : {}),
  }
  const options = {
    ordered,
    batch,
    concurrency,
    spread: task === 'spread',
    ...(task === 'move' ? { transfer: buffersOf } : {}),
  }
  const run =
    (all: object): Pipeline['open'] =>
    (numbers, { pool, source, failed }) =>
      source(numbers).pipe(
        map((item) => (task === 'spread' ? [item, item] : item)),
        parallelMap(pool.tasks[task] as any, { ...all, ...(replaces ? { onError: failed } : {}) } as object),
        ofCopy(0),
      )
  return { pipeline, options, run }
}

function buffersOf(item: unknown): ArrayBuffer[] {
  const { bytes } = item as { bytes?: Float64Array<ArrayBuffer> }
  return bytes ? [bytes.buffer] : []
}
