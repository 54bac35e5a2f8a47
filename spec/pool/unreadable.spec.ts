import { from, map, of } from 'rxjs'
import type { PoolEvent, ThreadPoolOptions } from 'rxjs-parallel'
import { CloneError, fanIn, fanOut, parallelMap, threadPool, WorkerCrashError } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { brittle } from '../fixtures/brittleCodec.mjs'
import type { Nested } from '../fixtures/crash.worker.mjs'
import { outcomeOf, rejection, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions } from '../support/pools.js'

// What is posted may turn out, at the other end, to be more than can be read there: values nested too deep for its
// stack. Node then emits 'messageerror' instead of the message, and says nothing of what was in it.

function setUp(options: ThreadPoolOptions = {}) {
  const pool = threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
    ...poolOptions,
    ...options,
  })
  const events: PoolEvent[] = []
  pool.events$.subscribe((event) => events.push(event))
  return { pool, tasks: pool.tasks, events }
}

const length = 30
const at = 13
const items = Array.from({ length }, (_, n) => ({ n, at }))

function nested(depth: number): Nested {
  let value: Nested = null
  for (let i = 0; i < depth; i++) value = { value }
  return value
}

describe('a result that can not be read here', () => {
  it.each(['nest', 'nestLater', 'nestThenExit', 'nestedError'] as const)(
    'fails its item, and no other (%s)',
    async (name) => {
      for (const batch of [1, 7, 'auto'] as const) {
        const { pool, tasks } = setUp()
        const errors: any[] = []
        const onError = (error: unknown) => {
          errors.push(error)
          return of('unreadable')
        }
        const results = await valuesOf(from(items).pipe(parallelMap(tasks[name], { batch, onError })))
        expect(results).toEqual(items.map(({ n }) => (n === at ? 'unreadable' : n)))
        expect(errors).toHaveLength(1)
        expect(errors[0]).toBeInstanceOf(CloneError)
        expect(errors[0].message).toBe(
          `the result of items[${at}] was sent by a thread and can't be read here (Maximum call stack size exceeded)`,
        )
        await pool.close()
      }
    },
  )

  it('has its thread replaced, which goes on', async () => {
    const { pool, tasks, events } = setUp({ size: 1 })
    const error = await rejection(pool.run(tasks.nest, { n: 1, at: 1 }))
    expect(error.code).toBe('CLONE')
    expect(await pool.run(tasks.double, 21)).toBe(42)
    expect(events.map(({ type }) => type)).toEqual(['started', 'crashed', 'replaced'])
    expect(events[1]!.error).toEqual(new Error('a message from the thread could not be read'))
    await pool.close()
  })

  it('after others of the same item ends that, whose values can not be taken back', async () => {
    const { pool, tasks } = setUp({ size: 1 })
    const onError = (error: any) => of(error.code as string)
    const few = [1, 2, 3].map((n) => ({ n, at: 2 }))
    const results = await valuesOf(from(few).pipe(parallelMap(tasks.emitNested, { batch: 1, onError })))
    const ofTheOthers = results.filter((value) => Math.abs(Number(value)) % 2 === 1)
    expect(ofTheOthers).toEqual([1, -1, 3, -3])
    expect(results).toContain('CLONE')
    expect(results).not.toContain(-2)
    await pool.close()
  })

  it('fails the stage that emits it', async () => {
    const { pool, tasks } = setUp({ size: 1 })
    const { values, error } = await outcomeOf(from(items).pipe(fanOut(tasks.nestStage), fanIn()))
    expect(values).toEqual(items.slice(0, values.length).map(({ n }) => n))
    expect(values.length).toBeLessThanOrEqual(at)
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error.cause).toEqual(new Error('a message from the thread could not be read'))
    expect(await pool.run(tasks.double, 21)).toBe(42)
    await pool.close()
  })
})

describe('an item that can not be read in a thread', () => {
  const small = { worker: { resourceLimits: { stackSizeMb: 1 } } }
  const depths = [1, 2, 3, 2500, 5, 6]

  it.each([1, 3, 'auto'] as const)('fails, and no other (batch: %s)', async (batch) => {
    const { pool, tasks } = setUp(small)
    const errors: any[] = []
    const onError = (error: unknown) => {
      errors.push(error)
      return of('unreadable')
    }
    const results = await valuesOf(
      from(depths.map(nested)).pipe(parallelMap(tasks.depthOf, { batch, onError })),
    )
    expect(results).toEqual([1, 2, 3, 'unreadable', 5, 6])
    expect(errors.map(({ message }) => message)).toEqual([
      "items[3] was sent to a thread and can't be read there (Maximum call stack size exceeded)",
    ])
    expect(errors[0]).toMatchObject({ code: 'CLONE', path: 'items[3]' })
    await pool.close()
  })

  it('fails the stage that it is sent to', async () => {
    const { pool, tasks } = setUp({ ...small, size: 1 })
    const deep = { n: 1, at: 2, value: nested(2500) }
    const { error } = await outcomeOf(of(deep).pipe(fanOut(tasks.nestStage), fanIn()))
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error.cause).toEqual(new Error('a message to the thread could not be read'))
    await pool.close()
  })

  it('is refused where it is too deep to be sent at all', async () => {
    const { pool, tasks } = setUp({ size: 1 })
    const error = await rejection(pool.run(tasks.depthOf, nested(100_000)))
    expect(error).toBeInstanceOf(CloneError)
    expect(await pool.run(tasks.double, 21)).toBe(42)
    await pool.close()
  })
})

describe('what a codec can not read', () => {
  const words = { to: "was sent to a thread and can't be read there", from: "can't be read here" }

  it.each(['to', 'from'] as const)('fails its item, and no other (%s the thread)', async (way) => {
    const { pool, tasks, events } = setUp({ size: 1, codec: brittle })
    const errors: any[] = []
    const onError = (error: unknown) => {
      errors.push(error)
      return of(undefined)
    }
    const results$ =
      way === 'to'
        ? from(items).pipe(
            map(({ n }) => ({ n, brittle: n === at })),
            parallelMap(tasks.nOf, { onError }),
          )
        : from(items).pipe(
            parallelMap(tasks.brittleAt, { onError }),
            map((result) => result?.n),
          )
    expect(await valuesOf(results$)).toEqual(items.map(({ n }) => (n === at ? undefined : n)))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toBeInstanceOf(CloneError)
    expect(errors[0].message).toContain(`items[${at}] `)
    expect(errors[0].message).toContain(`${words[way]} (too brittle)`)
    expect(events.map(({ type }) => type)).toContain('replaced')
    await pool.close()
  })
})
