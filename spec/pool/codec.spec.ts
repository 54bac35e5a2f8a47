import { from, of } from 'rxjs'
import type { CloneError, ThreadPoolOptions } from 'rxjs-parallel'
import { fanIn, fanOut, parallelMap, threadPool, WorkerStartError } from 'rxjs-parallel'
import { msgpack } from 'rxjs-parallel/msgpack'
import { describe, expect, it } from 'vitest'
import { eager } from '../fixtures/eagerCodec.mjs'
import { Gate } from '../support/gate.js'
import { isolation } from '../support/isolation.js'
import { outcomeOf, rejection, thrownBy, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions, stagesPool, tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'
import { workerFiles } from '../support/workerFiles.js'

const write = workerFiles()
const dist = (file: string) => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url).href)

const codec = msgpack()
const records = (count: number) =>
  Array.from({ length: count }, (_, id) => ({
    id,
    name: `no ${id}`,
    inner: { at: new Date(id), tags: [`${id}`] },
  }))

describe('a pool with a codec', () => {
  it('carries records there and back', async () => {
    await using pool = tasksPool({ codec })
    for (const batch of [1, 20, 'auto'] as const) {
      const results$ = from(records(3000)).pipe(parallelMap(pool.tasks.identity, { batch }))
      expect(await valuesOf(results$)).toStrictEqual(records(3000))
    }
    expect(await pool.run(pool.tasks.identity, { id: 1 })).toStrictEqual({ id: 1 })
  })

  it('carries records through stages', async () => {
    await using pool = stagesPool({ codec })
    const results$ = from(records(3000)).pipe(fanOut(pool.tasks.pass, { branches: 2 }), fanIn())
    const results = (await valuesOf(results$)) as ReturnType<typeof records>
    expect(results.toSorted((a, b) => a.id - b.id)).toStrictEqual(records(3000))
  })

  it('uses it for what goes to a thread, and back', async () => {
    // Only a codec carries these, in batches of any size: structured clone refuses them.
    const proxies = Array.from({ length: 20 }, (_, id) => new Proxy({ id }, {}))
    const file = write(
      'proxies.mjs',
      `import { expose } from ${dist('worker.js')}
       expose({ proxy: ({ id }) => new Proxy({ id }, {}) })`,
    )
    await using pool = threadPool<any>(file, { ...poolOptions, size: 1, codec: eager })
    const results$ = from(proxies).pipe(parallelMap((pool.tasks as any).proxy))
    expect(await valuesOf(results$)).toStrictEqual(Array.from({ length: 20 }, (_, id) => ({ id })))
  })

  it('goes on after batches that were given up before a thread began them', async () => {
    // With places for two the thread is sent the batch, though it gets to it only after what it is held by.
    await using pool = tasksPool({ size: 1, concurrency: 2, codec })
    const gate = new Gate()
    const held = pool.run(pool.tasks.hold, { cells: gate.cells, number: 1, value: 7 })
    await gate.untilStarted(1)
    const givenUp = from(records(50))
      .pipe(parallelMap(pool.tasks.identity, { batch: 50 }))
      .subscribe()
    await until('the batch is there', () => pool.stats.inFlight === 51)
    givenUp.unsubscribe()
    gate.open()
    expect(await held).toBe(7)
    // Their keys came with what was given up.
    const results$ = from(records(50)).pipe(parallelMap(pool.tasks.identity, { batch: 50 }))
    expect(await valuesOf(results$)).toStrictEqual(records(50))
  })

  it('goes on after stages that were left', async () => {
    await using pool = stagesPool({ size: 1, codec })
    for (let round = 0; round < 3; round++) {
      const results$ = from(records(500)).pipe(fanOut(pool.tasks.first2, { branches: 1 }), fanIn())
      expect(await valuesOf(results$)).toStrictEqual(records(2))
    }
  })
})

describe('what can not be sent', () => {
  const mixed = () =>
    records(40).map((record) => (record.id === 23 ? { ...record, inner: { onDone() {} } } : record))

  /** How a pool carries them. */
  async function outcomes(options: ThreadPoolOptions) {
    await using pool = tasksPool(options)
    const failures: CloneError[] = []
    const onError = (error: unknown) => {
      failures.push(error as CloneError)
      return of('replaced')
    }
    const results$ = from<unknown[]>(mixed()).pipe(parallelMap(pool.tasks.identity, { batch: 40, onError }))
    const values = await valuesOf(results$)
    return { values, failures: failures.map(({ name, code, message }) => ({ name, code, message })) }
  }

  it('is told of as without a codec, and costs no other item', async () => {
    const { values, failures } = await outcomes({ codec })
    expect(failures).toEqual([
      {
        name: 'CloneError',
        code: 'CLONE',
        message: `items[23].inner.onDone is a function and can't be sent to a ${isolation}`,
      },
    ])
    expect(values).toStrictEqual(records(40).map((record) => (record.id === 23 ? 'replaced' : record)))
    expect({ values, failures }).toStrictEqual(await outcomes({}))
  })

  it('from a thread is told of as well', async () => {
    const file = write(
      'functions.mjs',
      `import { expose } from ${dist('worker.js')}
       expose({ make: (id) => (id === 23 ? { id, run() {} } : { id }) })`,
    )
    await using pool = threadPool<any>(file, { ...poolOptions, size: 1, codec })
    const onError = (error: unknown) => of(String(error))
    const results$ = from(Array(40).keys()).pipe(
      parallelMap((pool.tasks as any).make, { batch: 40, onError }),
    )
    expect(await valuesOf(results$)).toStrictEqual(
      Array.from({ length: 40 }, (_, id) =>
        id === 23 ? `CloneError: result.run is a function and can't be sent from a ${isolation}` : { id },
      ),
    )
  })
})

describe('what is moved', () => {
  it('goes among records, and is gone here', async () => {
    await using pool = tasksPool({ size: 1, codec })
    const items = records(40).map((record) => ({ ...record, bytes: new Uint8Array([record.id]) }))
    const transfer = (item: unknown) => [(item as (typeof items)[0]).bytes.buffer]
    const results$ = from(items as unknown[]).pipe(parallelMap(pool.tasks.identity, { batch: 40, transfer }))
    expect(await valuesOf(results$)).toStrictEqual(
      records(40).map((record) => ({ ...record, bytes: new Uint8Array([record.id]) })),
    )
    expect(items.every(({ bytes }) => bytes.length === 0)).toBe(true)
  })

  it('is refused the second time, as without a codec', async () => {
    const messages = []
    for (const options of [{ codec }, {}]) {
      await using pool = tasksPool({ size: 1, ...options })
      const bytes = new Uint8Array(8)
      const items = records(20).map((record) => ({ ...record, bytes }))
      const transfer = () => [bytes.buffer]
      const results$ = from(items as unknown[]).pipe(
        parallelMap(pool.tasks.identity, { batch: 20, transfer }),
      )
      messages.push((await outcomeOf(results$)).error.message)
    }
    expect(messages[0]).toContain('transferred before')
    expect(messages[0]).toBe(messages[1])
  })

  it('comes back from a task', async () => {
    await using pool = tasksPool({ size: 1, codec })
    const results$ = from(Array(20).keys()).pipe(parallelMap(pool.tasks.bytes, { batch: 20 }))
    expect(await valuesOf(results$)).toStrictEqual(
      Array.from({ length: 20 }, (_, length) => new Uint8Array(length).fill(7)),
    )
  })
})

describe('a codec that a thread does not have', () => {
  const failing = async (module: string) => {
    const pool = tasksPool({ codec: { ...codec, name: 'other', module } })
    const error = await rejection(pool.ready())
    const { error: ofPipeline } = await outcomeOf(of({}).pipe(parallelMap(pool.tasks.identity)))
    await pool.close()
    expect(error).toBeInstanceOf(WorkerStartError)
    expect(ofPipeline).toBeInstanceOf(WorkerStartError)
    expect(error.message).toContain('tasks.worker.mjs')
    expect(error.message).toContain("no codec 'other'")
    expect(error.message).toContain("import 'rxjs-parallel/other' in the worker module")
    return error.message
  }

  it('and can not import is told of', async () => {
    expect(await failing('file:///nowhere/codec.js')).toContain('/nowhere/codec.js')
  })

  it('and that its module does not register is told of', async () => {
    expect(await failing('data:text/javascript,')).toContain('data:text/javascript, registers none')
  })

  it('may be imported by the worker module, where the thread could not', async () => {
    const file = write(
      'own.mjs',
      `import ${dist('msgpack.js')}
       import { expose } from ${dist('worker.js')}
       expose({ identity: (value) => value })`,
    )
    const bundled = { ...codec, module: 'file:///nowhere/msgpack.js' }
    await using pool = threadPool<any>(file, { ...poolOptions, size: 1, codec: bundled })
    const results$ = from(records(40)).pipe(parallelMap((pool.tasks as any).identity))
    expect(await valuesOf(results$)).toStrictEqual(records(40))
  })
})

describe('what is no codec', () => {
  it.each([
    ["a string of 7 characters|'msgpack'", 'msgpack'],
    ['a function: call it', msgpack],
    ['null', null],
    ['an Object', { name: 'msgpack' }],
  ])('is said when the pool is made: %s', (words, bad) => {
    const error = thrownBy(() => threadPool(fixture('tasks.worker.mjs'), { codec: bad as never }))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toMatch(
      new RegExp(`threadPool: codec must be what msgpack\\(\\) .* returns, got (${words})$`),
    )
  })
})
