import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { firstValueFrom, lastValueFrom, of, tap, toArray } from 'rxjs'
import { fanIn, fanOut, isParallelError, parallelMap, pull } from 'rxjs-parallel'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { expect, inject, it, onTestFinished } from 'vitest'
import { fixture } from '../support/pools.js'
import { until } from '../support/until.js'
import { holding } from './support/holding.js'
import { cluster } from './support/natsPools.js'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

// Short, so that the tests are; none of them passes only because of it.
const soon = { lostAfter: 500 }

it('a process is killed in mid-batch: its items run elsewhere, each once', async () => {
  const { pool, processes } = await cluster({ size: 2, pool: soon })
  const crashed = firstValueFrom(pool.events$.pipe(tap(({ type }) => expect(type).toBe('crashed'))))
  let seen = 0
  const results = await lastValueFrom(
    pull(numbers(600)).pipe(
      parallelMap(pool.tasks.slowly, { batch: 10 }),
      tap(() => {
        if (++seen === 100) void processes[0]!.kill()
      }),
      toArray(),
    ),
  )
  expect(results).toEqual(numbers(600))
  expect((await crashed).error).toMatchObject({ message: expect.stringContaining('is lost') })
  expect(pool.size).toBe(1)
})

it('an item that kills every process fails by itself, and takes none of its batch with it', async () => {
  const { pool } = await cluster({
    size: 2,
    supervised: true,
    pool: { ...soon, minSize: 1 },
    serving: { ackWait: 3000 },
  })
  const items = numbers(100).map((n) => ({ n, exit: n === 33 }))
  const errors: unknown[] = []
  const results = await lastValueFrom(
    pull(items).pipe(
      parallelMap(pool.tasks.exitIf, {
        batch: 20,
        onError: (error) => {
          errors.push(error)
          return of(-1)
        },
      }),
      toArray(),
    ),
  )
  expect(results).toEqual(numbers(100).map((n) => (n === 33 ? -1 : n)))
  expect(errors).toHaveLength(1)
  expect(isParallelError(errors[0], 'WORKER_CRASH')).toBe(true)
  expect(errors[0]).toMatchObject({
    value: { n: 33, exit: true },
    message: expect.stringContaining('items[33]'),
  })
})

it('a stage ends with its process, and says so', async () => {
  const { pool, processes } = await cluster({ size: 1, pool: soon })
  const sums = lastValueFrom(
    pull(
      (async function* () {
        yield 1
        await processes[0]!.kill()
        yield 2
        await new Promise(() => {})
      })(),
    ).pipe(fanOut(pool.tasks.sums), fanIn()),
  )
  await expect(sums).rejects.toMatchObject({
    code: 'WORKER_CRASH',
    threadId: pool.stats.threads[0]!.threadId,
  })
})

it('a caller is killed: what runs for it is stopped, and what it left in the stream is never begun', async () => {
  const servers = inject('natsUrl')
  const name = randomUUID()
  const { hold, counts } = holding()
  const serving = serveTasks({ hold }, { servers, name, lostAfter: 500, credit: 2 })
  onTestFinished(() => serving.terminate())
  await serving.ready()
  const child = fork(fixture('natsCaller.mjs'), [servers, name], { stdio: 'inherit' })
  await until('an item has begun', () => counts.begun === 1)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  await until('it was stopped', () => counts.stopped === 1)
  const nats = await connect({ servers })
  onTestFinished(() => nats.close())
  const manager = await jetstreamManager(nats)
  for (let left = 1; left > 0; )
    ({
      state: { messages: left },
    } = await manager.streams.info(`rxjs-parallel-${name}`))
  expect(counts.begun).toBe(1)
  // And it serves others.
  const pool = natsPool<{ default: { hold: typeof hold } }>({ servers, name })
  onTestFinished(() => pool.terminate())
  const run = expect(pool.run(pool.tasks.hold, 1)).rejects.toMatchObject({ code: 'POOL_CLOSED' })
  await until('an item of another caller has begun', () => counts.begun === 2)
  await pool.terminate()
  await run
  await until('it was stopped, too', () => counts.stopped === 2)
})

it('a process that stands still is given up, and serves again when it goes on', async () => {
  const { pool, processes } = await cluster({
    size: 2,
    pool: { ...soon, silentAfter: 2000 },
    serving: { ackWait: 2000 },
  })
  let seen = 0
  const results = await lastValueFrom(
    pull(numbers(300)).pipe(
      parallelMap(pool.tasks.slowly, { batch: 10 }),
      tap(() => {
        if (++seen === 50) processes[0]!.signal('SIGSTOP')
      }),
      toArray(),
    ),
  )
  expect(results).toEqual(numbers(300))
  await until('one is left', () => pool.size === 1)
  const back = firstValueFrom(pool.events$)
  processes[0]!.signal('SIGCONT')
  expect((await back).type).toBe('replaced')
  const more = await lastValueFrom(pull(numbers(100)).pipe(parallelMap(pool.tasks.slowly), toArray()))
  expect(more).toEqual(numbers(100))
})

it('a process that closes finishes what it has, and no item runs twice', async () => {
  const [servers, name] = [inject('natsUrl'), randomUUID()]
  const runs: string[][] = numbers(200).map(() => [])
  let letGo = () => {}
  const isClosing = new Promise<void>((resolve) => (letGo = resolve))
  const served = (who: string, until: Promise<void>) => {
    const note = async (n: number) => {
      runs[n]!.push(who)
      await until
      return n
    }
    return serveTasks({ note }, { servers, name })
  }
  const first = served('first', isClosing)
  onTestFinished(() => first.terminate())
  await first.ready()
  await using pool = natsPool<{ default: { note: (n: number) => Promise<number> } }>({ servers, name })
  const events: string[] = []
  pool.events$.subscribe(({ type }) => events.push(type))
  const results = lastValueFrom(
    pull(numbers(200)).pipe(parallelMap(pool.tasks.note, { batch: 5 }), toArray()),
  )
  await until('it has begun', () => runs.flat().length > 0)
  await using second = served('second', Promise.resolve())
  await second.ready()
  const closed = first.close()
  letGo()
  await closed
  expect(await results).toEqual(numbers(200))
  expect(runs.map(({ length }) => length)).toEqual(numbers(200).map(() => 1))
  expect(new Set(runs.flat())).toEqual(new Set(['first', 'second']))
  expect(events).not.toContain('crashed')
  await until('one is left', () => pool.size === 1)
})

it('a process that is terminated leaves its items to others', async () => {
  const { name, pool, processes } = await cluster({ size: 2 })
  const results = lastValueFrom(
    pull(numbers(200)).pipe(parallelMap(pool.tasks.slowly, { batch: 5 }), toArray()),
  )
  await until('some are done', () => pool.stats.done > 20)
  await processes[0]!.end(name, 'terminate')
  expect(await results).toEqual(numbers(200))
})
