import { lastValueFrom, map, of, take, tap, toArray } from 'rxjs'
import { fanIn, fanOut, parallelMap, pull } from 'rxjs-parallel'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { expose, stage, task } from 'rxjs-parallel/worker'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { CutWire } from './support/cutWire.js'
import { cluster } from './support/natsPools.js'
import { NatsServer } from './support/natsServer.js'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
const sumsOf = (items: readonly number[]) => items.map((n) => (n * (n + 1)) / 2)
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A server of the test's own, which may be killed. */
async function ownServer(): Promise<NatsServer> {
  const server = await NatsServer.start(inject('natsProgram'))
  onTestFinished(() => server.remove())
  return server
}

async function wireTo(port: number): Promise<CutWire> {
  const wire = await CutWire.to(port)
  onTestFinished(() => wire.close())
  return wire
}

/** Patient enough for a slow machine: nobody is to be given up. */
const patient = { lostAfter: 60_000, silentAfter: 60_000 }

// A running server is nobody's to kill, and may be anywhere.
describe.runIf(inject('natsProgram') !== '')('the network', () => {
  it('the server is killed and comes back: every item ends, once', async () => {
    const server = await ownServer()
    const { pool } = await cluster({ size: 2, servers: server.url, serving: patient, pool: patient })
    let seen = 0
    const results = await lastValueFrom(
      pull(numbers(500)).pipe(
        parallelMap(pool.tasks.slowly, { batch: 5 }),
        tap(() => {
          if (++seen === 100) void server.kill().then(() => server.start())
        }),
        toArray(),
      ),
    )
    expect(results).toEqual(numbers(500))
  })

  it('the server loses its memory: what waited in the stream is published again', async () => {
    const server = await ownServer()
    const { pool } = await cluster({ size: 1, servers: server.url, serving: patient, pool: patient })
    let seen = 0
    const results = await lastValueFrom(
      pull(numbers(300)).pipe(
        parallelMap(pool.tasks.slowly, { batch: 5 }),
        tap(() => {
          if (++seen === 50)
            void server
              .kill()
              .then(() => server.forget())
              .then(() => server.start())
        }),
        toArray(),
      ),
    )
    expect(results).toEqual(numbers(300))
  })

  it("the caller's connection is cut for seconds: its items and its stage go on", async () => {
    const server = await ownServer()
    const wire = await wireTo(server.port)
    const { pool } = await cluster({
      size: 1,
      servers: wire.url,
      serving: { ...patient, servers: server.url },
      pool: patient,
    })
    const cutAt = (count: number) => {
      let seen = 0
      return tap(() => {
        if (++seen !== count) return
        wire.cut()
        setTimeout(() => wire.mend(), 2000)
      })
    }
    const items = pull(numbers(400)).pipe(parallelMap(pool.tasks.slowly, { batch: 5 }), cutAt(100), toArray())
    expect(await lastValueFrom(items)).toEqual(numbers(400))
    const slow = pull(
      (async function* () {
        for (const n of numbers(200)) {
          await pause(5)
          yield n
        }
      })(),
    )
    const sums = slow.pipe(fanOut(pool.tasks.sums, { branches: 1 }), fanIn(), cutAt(50), toArray())
    expect(await lastValueFrom(sums)).toEqual(sumsOf(numbers(200)))
  })

  it("a serving process's connection is cut for seconds: what it did meanwhile comes", async () => {
    const server = await ownServer()
    const wire = await wireTo(server.port)
    const { pool } = await cluster({
      size: 1,
      servers: server.url,
      serving: { ...patient, servers: wire.url },
      pool: patient,
    })
    let seen = 0
    const results = await lastValueFrom(
      pull(numbers(400)).pipe(
        parallelMap(pool.tasks.slowly, { batch: 5 }),
        tap(() => {
          if (++seen !== 100) return
          wire.cut()
          setTimeout(() => wire.mend(), 2000)
        }),
        toArray(),
      ),
    )
    expect(results).toEqual(numbers(400))
  })

  it('a serving process is cut off for too long: others do its work, and nothing comes twice', async () => {
    const server = await ownServer()
    const wire = await wireTo(server.port)
    const { pool } = await cluster({
      size: 1,
      servers: server.url,
      serving: { servers: wire.url, ackWait: 2000 },
      pool: { lostAfter: 500 },
    })
    const happened = lastValueFrom(
      pool.events$.pipe(
        map(({ type }) => type),
        // Till it is given up; then it is found again.
        tap((type) => type === 'crashed' && wire.mend()),
        take(2),
        toArray(),
      ),
    )
    let seen = 0
    const results = await lastValueFrom(
      pull(numbers(300)).pipe(
        parallelMap(pool.tasks.slowly, { batch: 5 }),
        tap(() => {
          if (++seen === 50) wire.cut()
        }),
        toArray(),
      ),
    )
    expect(results).toEqual(numbers(300))
    expect(await happened).toEqual(['crashed', 'replaced'])
  })

  it('a connection is over for good: what runs fails, what is asked afterwards does, and both sides say so', async () => {
    const server = await ownServer()
    const options = { servers: server.url, name: 'lost', connection: { maxReconnectAttempts: 1 } }
    let begun: () => void
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    let stopped: () => void
    const hasStopped = new Promise<void>((resolve) => (stopped = resolve))
    const tasks = expose({
      double: (n: number) => 2 * n,
      sums: stage(async function* (numbers: AsyncIterable<number>) {
        yield* numbers
      }),
      hold: task(async (_n: number, { signal }) => {
        begun()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        stopped()
      }),
    })
    const serving = serveTasks(tasks, options)
    onTestFinished(() => serving.terminate())
    const pool = natsPool<{ default: typeof tasks }>(options)
    onTestFinished(() => pool.terminate())
    await pool.ready()
    const error = {
      code: 'WORKER_START',
      message: expect.stringContaining('its connection to NATS for good'),
    }
    const runs = expect(pool.run(pool.tasks.hold, 1)).rejects.toMatchObject(error)
    await hasBegun
    await server.kill()
    await runs
    await expect(pool.run(pool.tasks.double, 1)).rejects.toMatchObject(error)
    await expect(pool.ready()).rejects.toMatchObject(error)
    for (const branch of [pool.tasks.sums, pool.tasks.double] as const) {
      const results$ = of(1).pipe(fanOut(branch as typeof pool.tasks.sums, { branches: 1 }), fanIn())
      await expect(lastValueFrom(results$)).rejects.toMatchObject(error)
    }
    await pool.close()
    // Nobody would hear of it.
    await hasStopped
    await expect(serving.ready()).rejects.toMatchObject(error)
    await serving.close()
  })

  it('a caller that stands still for seconds gets all that came meanwhile', async () => {
    const { pool } = await cluster({ size: 2 })
    let seen = 0
    const results = await lastValueFrom(
      pull(numbers(2000)).pipe(
        parallelMap(pool.tasks.upTo, { batch: 10, ordered: false }),
        tap(() => {
          if (++seen !== 1000) return
          const end = performance.now() + 3000
          while (performance.now() < end);
        }),
        toArray(),
      ),
    )
    expect(results).toHaveLength((2000 * 1999) / 2)
  })
})
