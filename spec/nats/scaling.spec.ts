import { randomUUID } from 'node:crypto'
import { connect } from '@nats-io/transport-node'
import { lastValueFrom, takeWhile, tap, toArray } from 'rxjs'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { expose } from 'rxjs-parallel/worker'
import { expect, inject, it, onTestFinished } from 'vitest'
import { decodeNotice } from '../../lib/nats/wire.js'
import { fixture, poolOptions, tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const servers = inject('natsUrl')
const nowAndThen = () => new Promise((resolve) => setTimeout(resolve, 1))

/** The same task, which tells who has run it. */
const tasksOf = (who: string) =>
  expose({
    where: async (n: number) => {
      await nowAndThen()
      return { n, who }
    },
  })

it('processes may join and leave in mid-run', async () => {
  const name = randomUUID()
  const first = serveTasks(tasksOf('first'), { servers, name })
  await using pool = natsPool<{ default: ReturnType<typeof tasksOf> }>({ servers, name })
  let second: ReturnType<typeof serveTasks> | undefined
  let leaving: Promise<void> | undefined
  let hasLeft = false
  let afterwards = 0
  const step = ({ n, who }: { n: number; who: string }) => {
    if (n === 50) second = serveTasks(tasksOf('second'), { servers, name })
    if (who === 'second')
      leaving ??= first.close().then(() => {
        hasLeft = true
      })
    if (hasLeft) afterwards++
  }
  const numbers = (function* () {
    for (let n = 0; ; n++) yield n
  })()
  const results$ = pull(numbers).pipe(
    parallelMap(pool.tasks.where),
    tap(step),
    takeWhile(() => afterwards < 500, true),
    toArray(),
  )
  const results = await lastValueFrom(results$)
  expect(results.map(({ n }) => n)).toEqual(results.map((_, i) => i))
  expect(results.slice(0, 50).every(({ who }) => who === 'first')).toBe(true)
  // What was under way when the first left has come by then.
  expect(results.slice(-100).every(({ who }) => who === 'second')).toBe(true)
  await leaving
  await second!.close()
})

it('a process whose pool is resized takes as many batches more', async () => {
  const name = randomUUID()
  const threads = threadPool(fixture('crash.worker.mjs'), { ...poolOptions, size: 1 })
  const serving = serveTasks(threads, { servers, name })
  onTestFinished(async () => {
    await Promise.all([pool.terminate(), serving.terminate(), threads.terminate()])
  })
  const pool = natsPool<typeof import('../fixtures/crash.worker.mjs')>({ servers, name })
  await serving.ready()
  // From here on the two know each other.
  expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  const endless = { n: 1, at: 1 }
  const runs = Promise.allSettled(Array.from({ length: 9 }, () => pool.run(pool.tasks.never, endless)))
  await until('it has what one thread takes', () => pool.stats.inFlight === 3)
  await threads.resize(3)
  await until('it has what three take', () => pool.stats.inFlight === 9)
  await pool.terminate()
  await runs
})

/** For so long the stream would keep from others what it has given to a process that says nothing of it. */
const ackWait = 3_600_000

it('a process whose pool was closed leaves, and others do what it was given', async () => {
  const name = randomUUID()
  const threads = tasksPool({ size: 1 })
  await using closed = serveTasks(threads, { servers, name, ackWait })
  await closed.ready()
  await using pool = natsPool<typeof import('../fixtures/tasks.worker.mjs')>({ servers, name })
  await pool.ready()
  const nats = await connect({ servers })
  onTestFinished(() => nats.close())
  const left = new Promise<void>((resolve) => {
    const heard = (data: Uint8Array) => decodeNotice(data).type === 'bye' && resolve()
    nats.subscribe(`rxjs-parallel.${name}.hello`, { callback: (_, { data }) => void heard(data) })
  })
  await nats.flush()
  await threads.close()
  const doubled = pool.run(pool.tasks.double, 21)
  await left
  const others = tasksPool({ size: 1 })
  onTestFinished(() => others.terminate())
  await using serving = serveTasks(others, { servers, name, ackWait })
  await serving.ready()
  expect(await doubled).toBe(42)
})
