import { createSecretKey } from 'node:crypto'
import { MessageChannel } from 'node:worker_threads'
import { from, of } from 'rxjs'
import { CloneError, fanIn, fanOut, parallelMap } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOf, rejection, valuesOf } from '../../support/outcome.js'
import { deadlyPool } from '../../support/pools.js'
import { portrait } from '../../support/portrait.js'

const pool = deadlyPool()
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

describe('a value', () => {
  const buffer = new ArrayBuffer(16)
  it.each([
    ['views of one buffer', [new Uint8Array(buffer, 4, 4), new Float32Array(buffer)]],
    ['a Buffer', Buffer.from('words')],
    ['an error', Object.assign(new RangeError('no', { cause: 'this' }), { code: 7 })],
    ['a Map of Sets', new Map([['a', new Set([1, new Date(5), /x/u])]])],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1n })],
  ])('goes to a process and back as to a thread and back: %s', async (_what, value) => {
    expect(portrait(await pool.run(tasks.identity, value))).toBe(portrait(structuredClone(value)))
  })

  it('may be large', async () => {
    const bytes = new Uint8Array(30_000_000)
    for (let i = 0; i < bytes.length; i += 997) bytes[i] = i
    const back = (await pool.run(tasks.identity, { bytes })) as { bytes: Uint8Array }
    expect(Buffer.compare(back.bytes, bytes)).toBe(0)
  })
})

describe('what only threads can share', () => {
  it.each([
    ['shared memory', { list: [new SharedArrayBuffer(4)] }, '.list[0] is a SharedArrayBuffer'],
    [
      'a view of it',
      { cells: new Int32Array(new SharedArrayBuffer(4)) },
      '.cells.buffer is a SharedArrayBuffer',
    ],
    ['a Blob', { file: new Blob(['x']) }, '.file is a Blob'],
    ['a key', { key: createSecretKey(Buffer.from('k')) }, '.key is a SecretKeyObject'],
    ['a port', { port: new MessageChannel().port1 }, '.port is a MessagePort'],
  ])('fails its item with a CloneError, and no other: %s', async (_what, value, words) => {
    for (const batch of [1, 7, 'auto'] as const) {
      const onError = (error: unknown) => of(error)
      const results = await valuesOf(
        from([1, value, 3] as unknown[]).pipe(parallelMap(tasks.identity, { batch, onError })),
      )
      expect([results[0], results[2]]).toEqual([1, 3])
      expect(results[1]).toBeInstanceOf(CloneError)
      expect((results[1] as Error).message).toBe(`items[1]${words} and can't be sent to a process`)
    }
  })

  it('is no value of a stage', async () => {
    const cells = new Int32Array(new SharedArrayBuffer(4))
    const { values, error } = await outcomeOf(
      from([{ n: 1 }, { n: 2, cells }]).pipe(fanOut(tasks.bySignal, { branches: 1 }), fanIn()),
    )
    expect(values.length).toBeLessThan(2)
    expect(error.message).toBe("items[1].cells.buffer is a SharedArrayBuffer and can't be sent to a process")
  })

  it.each([
    ['blob', 'result.file is a Blob'],
    ['shared', 'result[0].buffer is a SharedArrayBuffer'],
    ['port', 'result.port is a MessagePort'],
  ])('is no result: %s', async (name, words) => {
    const error = await rejection(pool.run(tasks.result, name))
    expect(error).toBeInstanceOf(CloneError)
    expect(error.message).toBe(`${words} and can't be sent from a process`)
  })

  it('ends a stage that emits it, after the values before it', async () => {
    const outcome = await outcomeOf(from([1, 2, 3, 4]).pipe(fanOut(tasks.badStage, { branches: 1 }), fanIn()))
    expect(outcome.values).toEqual([1, 2])
    expect(outcome.error.message).toBe("result.file is a Blob and can't be sent from a process")
  })

  it('in an error leaves the rest of it', async () => {
    const error = await rejection(pool.run(tasks.result, 'error'))
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'with memory', code: 7, cells: '[a SharedArrayBuffer]' })
    const thrown = await rejection(pool.run(tasks.result, 'thrown'))
    expect(thrown).toBeInstanceOf(CloneError)
    expect(thrown.message).toContain('a task threw a SharedArrayBuffer')
  })

  it('and is written, but cannot be read, costs its item', async () => {
    const module = new WebAssembly.Module(Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]))
    const way = (words: string) => `${words} (Unable to deserialize cloned data.)`
    for (const [run, message] of [
      [
        () => pool.run(tasks.identity, { module }),
        way("run arguments[0] was sent to a thread and can't be read there"),
      ],
      [
        () => pool.run(tasks.result, 'module'),
        way("the result of run arguments[0] was sent by a thread and can't be read here"),
      ],
    ] as const) {
      const error = await rejection(run())
      expect(error).toBeInstanceOf(CloneError)
      expect(error.message).toBe(message)
    }
    expect(await pool.run(tasks.double, 21)).toBe(42)
  })
})

describe('transfer', () => {
  const transfer = (bytes: Uint8Array) => [bytes.buffer as ArrayBuffer]

  it('copies, and leaves as little behind as between threads', async () => {
    const bytes = new Uint8Array([1, 2, 3])
    expect(await valuesOf(of(bytes).pipe(parallelMap(tasks.lengthOf, { transfer })))).toEqual([3])
    expect(bytes).toHaveLength(0)
  })

  it('of a port fails the item that has it', async () => {
    const { port1 } = new MessageChannel()
    const { error } = await outcomeOf(
      of<any>({ length: 1, port: port1 }).pipe(
        parallelMap(tasks.lengthOf, { transfer: ({ port }: any) => [port] }),
      ),
    )
    expect(error).toBeInstanceOf(CloneError)
    expect(error.message).toBe("items[0].port is a MessagePort and can't be sent to a process")
  })

  it('of a result takes it from the process', async () => {
    expect(await pool.run(tasks.moved, 0)).toEqual(new Uint8Array([1, 2, 3]))
    await using single = deadlyPool({ size: 1 })
    expect(await single.run(single.tasks.movedTwice, 0)).toEqual(new Uint8Array([1, 2, 3]))
    const error = await rejection(single.run(single.tasks.movedTwice, 0))
    expect(error).toBeInstanceOf(CloneError)
    expect(error.message).toContain('transferred before')
  })
})
