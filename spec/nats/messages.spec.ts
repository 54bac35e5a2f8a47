import { serialize } from 'node:v8'
import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { connect } from '@nats-io/transport-node'
import { catchError, lastValueFrom, of, toArray } from 'rxjs'
import { fanIn, fanOut, isParallelError, parallelMap, pull } from 'rxjs-parallel'
import { msgpack } from 'rxjs-parallel/msgpack'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { expect, inject, it, onTestFinished } from 'vitest'
import { cluster } from './support/natsPools.js'

async function rawConnection(): Promise<NatsConnection> {
  const nats = await connect({ servers: inject('natsUrl') })
  onTestFinished(() => nats.close())
  return nats
}

/** In the frame of version 1, or of another. */
function framed(body: unknown, version = 1): Buffer {
  return Buffer.concat([Buffer.from([0x52, 0x50, version, 0]), serialize(body)])
}

it('messages that are none are dropped, wherever they come, and harm nobody', async () => {
  const { name, pool } = await cluster({ size: 1 })
  const nats = await rawConnection()
  const manager = await jetstreamManager(nats)
  const peers = new Set<string>()
  nats.subscribe(`rxjs-parallel.${name}.peer.*`, { callback: (_, { subject }) => void peers.add(subject) })
  expect(await pool.run(pool.tasks.double, 1)).toBe(2)
  const batch = { type: 'batch', caller: 'nobody', id: 1, channel: 1, start: 0, alone: false, careful: false }
  const steps = [{ name: 'double', spread: false }]
  const bad: Uint8Array[] = [
    new Uint8Array(),
    Buffer.from('hello'),
    Buffer.from([0x52, 0x50, 1, 0]),
    Buffer.from([0x52, 0x50, 1, 0, 255, 255, 255, 255]),
    framed({ type: 'batch' }),
    framed({ ...batch, steps, values: [1] }, 2),
    framed({ ...batch, steps: [], values: [1] }),
    framed({ ...batch, steps, values: 1 }),
    framed({ ...batch, steps, values: [1], caller: 'a.b.>' }),
    framed({ ...batch, steps, values: [1], codec: 'unknown' }),
    framed({ type: 'data', from: 'nobody', stream: 'x', seq: 1, body: { type: 'results' } }),
    framed({ type: 'data', from: 'nobody', stream: 'x', seq: 1, body: { type: '__proto__' } }),
    framed({ type: 'probe', from: 'nobody', stream: 'x', seq: -1 }),
    framed({ type: 'hello', id: 'x', size: 1 }),
    framed(null),
  ]
  for (const data of bad)
    for (const subject of [`rxjs-parallel.${name}.work`, `rxjs-parallel.${name}.hello`, ...peers])
      nats.publish(subject, data)
  await nats.flush()
  expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  expect(pool.size).toBe(1)
  // None of them is left in the stream, either.
  for (let left = 1; left > 0; )
    ({
      state: { messages: left },
    } = await manager.streams.info(`rxjs-parallel-${name}`))
})

it('only what is exposed can be called', async () => {
  const { pool } = await cluster({ size: 1 })
  const tasks = pool.tasks as unknown as Record<string, typeof pool.tasks.double>
  for (const name of ['constructor', '__proto__', 'toString', 'nothing'])
    await expect(pool.run(tasks[name]!, 1)).rejects.toMatchObject({ code: 'UNKNOWN_TASK' })
})

it('a batch that is too large is cut, and an item or a result that is fails alone', async () => {
  const { pool } = await cluster({ size: 1 })
  const { max_payload: most } = (await rawConnection()).info!
  const sizes = [most >> 1, most >> 1, most + 1, most >> 1, 7]
  const errors: unknown[] = []
  const onError = (error: unknown) => {
    errors.push(error)
    return of(-1)
  }
  const texts = sizes.map((size) => 'x'.repeat(size))
  const lengths = pull(texts).pipe(parallelMap(pool.tasks.length, { batch: 5, onError }), toArray())
  expect(await lastValueFrom(lengths)).toEqual(sizes.map((size) => (size > most ? -1 : size)))
  const back = pull(sizes).pipe(parallelMap(pool.tasks.text, { batch: 5, onError }), toArray())
  const lengthsBack = (await lastValueFrom(back)).map((text) => (text === -1 ? -1 : (text as string).length))
  expect(lengthsBack).toEqual(sizes.map((size) => (size > most ? -1 : size)))
  expect(errors.map((error) => isParallelError(error, 'CLONE'))).toEqual([true, true])
  expect(errors[0]).toMatchObject({ path: 'items[2]', message: expect.stringContaining('max_payload') })
})

it('items of a branch are cut and refused as all others are, wherever the limit is met', async () => {
  const { pool } = await cluster({ size: 1 })
  const { max_payload: most } = (await rawConnection()).info!
  // What is said around them takes some hundred bytes, and a kilobyte is left free for subjects and headers.
  const sizes = Array.from({ length: 40 }, (_, n) => most - 1024 - n * 16)
  for (const size of [...sizes, most >> 1]) {
    const lengths$ = of('x'.repeat(size), 'x').pipe(
      fanOut(pool.tasks.length, { branches: 1 }),
      fanIn(),
      catchError((error) => {
        expect(error).toMatchObject({ code: 'CLONE', path: 'items[0]' })
        return of(-1)
      }),
      toArray(),
    )
    expect([[size, 1], [-1]]).toContainEqual(await lastValueFrom(lengths$))
  }
})

it('an error that is too large is told of by one that says so, and harms nobody', async () => {
  const { pool, processes } = await cluster({ size: 1 })
  const tooLong = { code: 'CLONE', message: expect.stringContaining('max_payload') }
  const results$ = of(2 ** 21).pipe(fanOut(pool.tasks.failing, { branches: 1 }), fanIn())
  await expect(lastValueFrom(results$)).rejects.toMatchObject(tooLong)
  expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  expect(processes[0]!.isAlive).toBe(true)
})

it('values travel by a codec where the pool has one', async () => {
  const { pool } = await cluster({ size: 1, pool: { codec: msgpack() } })
  const numbers = Array.from({ length: 100 }, (_, n) => n)
  const results = pull(numbers).pipe(parallelMap(pool.tasks.double, { batch: 50 }), toArray())
  expect(await lastValueFrom(results)).toEqual(numbers.map((n) => n * 2))
})

it('bad options are refused, and a server that is not there is told of', async () => {
  const good = { servers: 'nats://127.0.0.1:1', name: 'x' }
  for (const bad of [
    { ...good, name: 'a.b' },
    { ...good, name: '' },
    { ...good, servers: [] },
    { ...good, lostAfter: 0 },
    { ...good, credits: 1 },
  ]) {
    expect(() => natsPool(bad)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => serveTasks({}, bad)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
  expect(() => serveTasks({ x: 1 } as never, good)).toThrow('x is a number')
  const pool = natsPool(good)
  await expect(pool.ready()).rejects.toMatchObject({ code: 'WORKER_START' })
  await pool.close()
  const serving = serveTasks({ double: (n: number) => n * 2 }, good)
  await expect(serving.ready()).rejects.toThrow()
  await serving.close()
})

it('an address where no server is, is named without its password', async () => {
  const pool = natsPool({ servers: 'nats://me:secret@127.0.0.1:1', name: 'nobody' })
  onTestFinished(() => pool.terminate())
  await expect(pool.ready()).rejects.toMatchObject({
    name: 'WorkerStartError',
    message: expect.stringMatching(
      /^the NATS server nats:\/\/127\.0\.0\.1:1 can't be used: .*refused; is it running/,
    ),
  })
})

it('ready says that nobody serves', async () => {
  const pool = natsPool({ servers: inject('natsUrl'), name: 'nobody', startTimeout: 50 })
  onTestFinished(() => pool.terminate())
  await expect(pool.ready()).rejects.toMatchObject({
    code: 'WORKER_START',
    message: expect.stringContaining("'nobody' is served by 0 of 1 threads"),
  })
})
