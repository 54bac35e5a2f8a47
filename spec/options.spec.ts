// Every option of every public function: a bad value is refused where it is given, by a message that says which
// function, which option, what it must be and what it was. The tables' types say that no option of theirs is left out.
// Those of isHealthy, which needs an application, are refused in nestjs/health.spec.ts.
import { InjectionToken } from '@angular/core'
import type {
  FanInOptions,
  FanOutOptions,
  InlineOptions,
  ThreadPoolOptions,
  ToAsyncIterableOptions,
} from 'rxjs-parallel'
import { fanIn, fanOut, isParallelError, parallelMap, threadPool, toAsyncIterable } from 'rxjs-parallel'
import { provideThreadPool } from 'rxjs-parallel/angular'
import type { NatsPoolOptions, ServeOptions } from 'rxjs-parallel/nats'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import type { ParallelModuleOptions } from 'rxjs-parallel/nestjs'
import { ParallelModule } from 'rxjs-parallel/nestjs'
import type { InlinePoolOptions, PoolContractOptions } from 'rxjs-parallel/testing'
import { inlinePool, poolContract } from 'rxjs-parallel/testing'
import { describe, expect, it } from 'vitest'
import { thrownBy } from './support/outcome.js'

/** What an option must be, as its message says it, and values that are not, each with how a message shows it. */
interface Refused {
  readonly must: string
  readonly not: readonly (readonly [value: unknown, shown: string])[]
  /** How the message calls it, where not by its name alone. */
  readonly called?: string
}

/** A table that has a row for each option; `outer.inner` for those of an option that is an object. */
type Table<Options> = Readonly<
  Record<keyof Required<Options>, Refused> & Record<`${string}.${string}`, Refused>
>

/** Neither a whole number of at least `min`, nor a number at all. */
const notCounts = (min: number): Refused['not'] => [
  [min - 1, `${min - 1}`],
  [min + 0.5, `${min + 0.5}`],
  [Number.NaN, 'NaN'],
  [`${min}`, `'${min}'`],
  [null, 'null'],
]
const count = (min: number, called?: string): Refused => ({
  must: `a whole number of at least ${min}`,
  not: notCounts(min),
  ...(called && { called }),
})
const finite = (min: number): Refused[] => [
  count(min),
  { must: `a finite whole number of at least ${min}`, not: [[Number.POSITIVE_INFINITY, 'Infinity']] },
]
const time: Refused = {
  must: 'a number of milliseconds above 0, up to 2147483647',
  not: [
    [0, '0'],
    [-1, '-1'],
    [2 ** 31, '2147483648'],
    [Number.NaN, 'NaN'],
    ['10', "'10'"],
  ],
}
const flag: Refused = {
  must: 'true or false',
  not: [
    ['yes', "'yes'"],
    [1, '1'],
    [null, 'null'],
  ],
}
const text: Refused = {
  must: 'a string',
  not: [
    [7, 'a number'],
    [null, 'null'],
  ],
}
const object: Refused = {
  must: 'an object',
  not: [
    [7, '7'],
    ['no', "'no'"],
    [null, 'null'],
  ],
}
const callback: Refused = {
  must: 'a function',
  not: [
    [7, '7'],
    [{}, 'an Object'],
  ],
}
const oneOf = (called: string | undefined, ...words: string[]): Refused => ({
  must: `one of ${words.map((word) => `'${word}'`).join(', ')}`,
  not: [
    ['other', "'other'"],
    [7, '7'],
    [null, 'null'],
  ],
  ...(called && { called }),
})

const [sizeCount, sizeFinite] = finite(1) as [Refused, Refused]
const [memoryCount, memoryFinite] = finite(4) as [Refused, Refused]

const shared: Refused = {
  must: 'an object of what to share',
  not: [
    [7, '7'],
    [[], 'an Array'],
    [null, 'null'],
  ],
}

const codec: Refused = {
  must: 'what msgpack() of rxjs-parallel/msgpack returns',
  not: [
    ['msgpack', "'msgpack'"],
    [{}, 'an Object'],
  ],
}

const threadPoolTable: Table<ThreadPoolOptions> = {
  size: {
    must: 'a whole number of at least 1',
    not: [
      [0, '0'],
      [1.5, '1.5'],
      ['2', "'2'"],
      [null, 'null'],
    ],
  },
  'size.max': sizeCount,
  'size.min': {
    must: 'a whole number of at least 0',
    not: [
      [-1, '-1'],
      ['0', "'0'"],
    ],
  },
  concurrency: count(1),
  name: text,
  isolation: oneOf(undefined, 'thread', 'process'),
  memoryLimit: memoryCount,
  startTimeout: time,
  idleTimeout: time,
  worker: object,
  shared,
  codec,
}

const parallelMapTable: Table<InlineOptions> = {
  ordered: flag,
  spread: flag,
  concurrency: count(1),
  batch: count(1, "batch (or 'auto')"),
  buffer: object,
  'buffer.size': count(1),
  'buffer.bytes': count(1),
  'buffer.overflow': oneOf(undefined, 'error', 'dropOldest', 'dropNewest'),
  timeout: time,
  retry: {
    must: 'a number or { count, delay }',
    not: [
      ['2', "'2'"],
      [null, 'null'],
    ],
  },
  'retry.count': count(0),
  'retry.delay': {
    must: time.must,
    not: [
      [-1, '-1'],
      ['1', "'1'"],
    ],
    called: 'retry.delay (or a function)',
  },
  onError: callback,
  transfer: callback,
  bindings: object,
}

const fanOutTable: Table<FanOutOptions<unknown>> = {
  branches: count(1),
  route: oneOf('route (or a function that gives a key)', 'balance', 'roundRobin', 'broadcast'),
}

const fanInTable: Table<FanInOptions<unknown>> = {
  order: oneOf('order (or a compare function)', 'arrival', 'roundRobin'),
  errors: oneOf(undefined, 'first', 'last'),
}

const toAsyncIterableTable: Table<ToAsyncIterableOptions> = { size: count(1), bytes: count(1) }

const inlinePoolTable: Table<InlinePoolOptions> = {
  threads: count(1),
  concurrency: count(1),
  name: text,
  shared,
  cost: callback,
  delay: callback,
  crashOn: callback,
  hang: callback,
}

const poolContractTable: Table<PoolContractOptions> = {
  crash: { ...flag, not: flag.not.slice(0, 2) },
  endlessLoops: { ...flag, not: flag.not.slice(0, 2) },
  sharedMemory: { ...flag, not: flag.not.slice(0, 2) },
  transfer: { ...flag, not: flag.not.slice(0, 2) },
  cancelledInLoops: { ...flag, not: flag.not.slice(0, 2) },
  timeout: { ...time, not: time.not.slice(0, 3) },
}

const forRootTable: Table<ParallelModuleOptions> = {
  pools: {
    must: 'an array of { name, worker }',
    not: [
      [{}, 'an Object'],
      ['no', "'no'"],
    ],
  },
  options: object,
  closeTimeout: time,
  metrics: {
    ...object,
    not: [
      [7, '7'],
      ['yes', "'yes'"],
    ],
  },
  'metrics.registry': {
    must: 'a Registry of prom-client',
    not: [
      [7, 'a number'],
      [{}, 'an Object'],
      [{ registerMetric() {} }, 'an Object'],
    ],
  },
  'metrics.prefix': text,
}

const connectTable = {
  servers: {
    must: "an address such as 'nats://localhost:4222', or a list of them",
    not: [
      [7, 'a number'],
      [[], 'an Array'],
      [[7], 'an Array'],
    ],
  },
  name: {
    must: '1 to 64 letters, digits, - and _',
    not: [
      [7, 'a number'],
      ['my census', "'my census'"],
    ],
  },
  connection: object,
  lostAfter: time,
  silentAfter: time,
} as const

const natsPoolTable: Table<NatsPoolOptions> = {
  ...connectTable,
  codec,
  startTimeout: time,
  minSize: count(1),
}

const serveTasksTable: Table<ServeOptions> = {
  ...connectTable,
  concurrency: count(1),
  credit: count(1),
  ackWait: time,
}

/** What both need. */
const connect = { servers: 'nats://localhost:4222', name: 'census' }
const withServer = (options: object) => (typeof options === 'object' ? { ...connect, ...options } : options)

const pool = threadPool(import.meta.filename)
const task = (pool.tasks as never as { any: Parameters<typeof parallelMap>[0] }).any
const functions: [caller: string, table: Table<object>, call: (options: never) => unknown][] = [
  ['threadPool', threadPoolTable, (options) => threadPool('x.mjs', options)],
  ['parallelMap', parallelMapTable, (options) => parallelMap((x: unknown) => x, options)],
  ['fanOut', fanOutTable, (options) => fanOut(task as never, options)],
  ['fanIn', fanInTable, (options) => fanIn(options)],
  ['toAsyncIterable', toAsyncIterableTable, (options) => toAsyncIterable(options)],
  ['inlinePool', inlinePoolTable, (options) => inlinePool({ task: () => 1 }, options)],
  ['poolContract', poolContractTable, (options) => poolContract(() => pool as never, options)],
  ['natsPool', natsPoolTable, (options) => natsPool(withServer(options))],
  ['serveTasks', serveTasksTable, (options) => serveTasks({ task: () => 1 }, withServer(options))],
  ['ParallelModule.forRoot', forRootTable, (options) => ParallelModule.forRoot(options)],
]

/** Options in which this one, or the one within it, has this value, and the others are sound. */
function optionsWith(name: string, value: unknown): never {
  const [outer, inner] = name.split('.') as [string, string?]
  const sound = { size: { min: 0, max: 1 }, retry: { count: 1 } }[outer] ?? {}
  return { [outer]: inner === undefined ? value : { ...sound, [inner]: value } } as never
}

function messageOf(run: () => unknown): string {
  const error = thrownBy(run)
  expect(isParallelError(error, 'INVALID_ARGUMENT'), String(error)).toBe(true)
  return error.message
}

describe.each(functions)('%s', (caller, table, call) => {
  const rows = Object.entries(table as Record<string, Refused>).flatMap(
    ([name, { must, not, called = name }]) =>
      not.map(([value, shown]) => [name, shown, value, `${caller}: ${called} must be ${must}`] as const),
  )

  it.each(rows)('refuses %s of %s', (name, shown, value, must) => {
    const message = messageOf(() => call(optionsWith(name, value)))
    expect(message.startsWith(must), message).toBe(true)
    expect(message.endsWith(`, got ${shown}`), message).toBe(true)
  })

  it('refuses options that are none, and names that are none of its', () => {
    expect(messageOf(() => call(7 as never))).toBe(`${caller}: options must be an object, got 7`)
    const names = Object.keys(table).filter((name) => !name.includes('.'))
    const message = messageOf(() => call({ colour: 'red' } as never))
    expect(message).toMatch(new RegExp(`^${caller}: there is no option 'colour'; there are `))
    for (const name of names) expect(message).toContain(name)
    const objects = new Set(
      Object.keys(table).flatMap((name) => (name.includes('.') ? [name.split('.')[0]!] : [])),
    )
    for (const outer of objects)
      expect(messageOf(() => call(optionsWith(`${outer}.colour`, 'red')))).toContain(
        `${caller}: there is no option '${outer}.colour'; there are `,
      )
  })
})

it.each<[name: string, refused: Refused, call: (value: never) => unknown]>([
  ['threadPool: size.max', sizeFinite, (max) => threadPool('x.mjs', { size: { min: 0, max } })],
  ['threadPool: memoryLimit', memoryFinite, (memoryLimit) => threadPool('x.mjs', { memoryLimit })],
  ['fanOut: branches', sizeFinite, (branches) => fanOut(task as never, { branches })],
  ['natsPool: minSize', sizeFinite, (minSize) => natsPool({ ...connect, minSize })],
  ['serveTasks: credit', sizeFinite, (credit) => serveTasks({ task: () => 1 }, { ...connect, credit })],
  ['inlinePool: threads', sizeFinite, (threads) => inlinePool({ task: () => 1 }, { threads })],
])('refuses %s of Infinity', (name, { must }, call) => {
  expect(messageOf(() => call(Number.POSITIVE_INFINITY as never))).toBe(
    `${name} must be ${must}, got Infinity`,
  )
})

it('refuses the options of provideThreadPool where it is called, and those of its pool when that is made', () => {
  const token = new InjectionToken<never>('POOL')
  const provide = (options: unknown) => provideThreadPool(token, 'x.mjs', options as never)
  expect(messageOf(() => provide(7))).toBe('provideThreadPool: options must be an object, got 7')
  expect(messageOf(() => provide({ server: 7 }))).toBe('provideThreadPool: server must be a function, got 7')
})

it('refuses a smallest size above the largest', () => {
  expect(messageOf(() => threadPool('x.mjs', { size: { min: 3, max: 2 } }))).toBe(
    'threadPool: size.min (3) must not be above size.max (2)',
  )
})

it('refuses a bad size to resize', async () => {
  await expect(pool.resize(0)).rejects.toThrow('resize: size must be a whole number of at least 1, got 0')
})
