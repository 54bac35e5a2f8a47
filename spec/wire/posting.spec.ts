import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { msgpack } from '../../lib/msgpack/index.js'
import type { CodecKind } from '../../lib/wire/codec.js'
import { compactFrom, compactTo, expandFrom, expandTo } from '../../lib/wire/compact.js'
import type { FromThread, ToThread, Values } from '../../lib/wire/messages.js'
import { poster, reader } from '../../lib/wire/posting.js'

/** A connection's one direction, that clones as a port does. */
function toThread(codec: CodecKind | undefined) {
  const posted: unknown[] = []
  const read = reader(expandTo, codec)
  const arrived: ToThread[] = []
  const post = poster<ToThread>(
    compactTo,
    (data, transfer) => {
      posted.push(structuredClone(data, { transfer: transfer as Transferable[] }))
      arrived.push(read(posted.at(-1)))
    },
    codec,
  )
  return { post, posted, arrived }
}

const batchOf = (values: Values): ToThread => ({ type: 'batch', channel: 1, task: 2, batch: 3, values })
const records = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `no ${id}` }))
const numbers = Array.from({ length: 100 }, (_, i) => i / 3)

describe.each([
  ['structured clone', undefined],
  ['a codec', msgpack()],
])('messages by %s', (_, codec) => {
  it('arrive as they were, whatever their values', () => {
    const values = fc.oneof(
      fc.array(
        fc.oneof(
          fc.integer(),
          fc.string(),
          fc.record({ id: fc.nat(), name: fc.string() }, { noNullPrototype: true }),
        ),
      ),
      fc.array(fc.record({ id: fc.nat() }, { noNullPrototype: true }), { minLength: 20, maxLength: 60 }),
      fc.array(fc.double(), { maxLength: 40 }).map((doubles) => Float64Array.from(doubles)),
    )
    const message = fc.oneof(
      values.map((each) => batchOf(each)),
      values.map((each): ToThread => ({ type: 'input', channel: 1, values: each })),
      fc.constant<ToThread>({ type: 'cancel', channel: 1 }),
    )
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const line = toThread(codec)
        for (const each of messages) line.post(each)
        expect(line.arrived.map(plain)).toStrictEqual(messages.map(plain))
      }),
    )
  })

  it('from a thread, too', () => {
    const messages: FromThread[] = [
      {
        type: 'results',
        batch: 1,
        first: 2,
        values: records(50),
        layout: undefined,
        errors: undefined,
        busy: 1,
      },
      {
        type: 'results',
        batch: 1,
        first: 2,
        values: records(50),
        layout: [0, 50, 1],
        errors: undefined,
        busy: 1,
      },
      { type: 'output', channel: 1, values: records(50) },
      { type: 'cancelled', channel: 1 },
    ]
    const read = reader(expandFrom, codec)
    const arrived: FromThread[] = []
    const post = poster<FromThread>(
      compactFrom,
      (data, transfer) => arrived.push(read(structuredClone(data, { transfer: transfer as Transferable[] }))),
      codec,
    )
    for (const message of messages) post(message)
    expect(arrived).toStrictEqual(messages)
  })

  it('carry numbers packed', () => {
    const line = toThread(codec)
    line.post(batchOf(numbers))
    expect(line.posted).toEqual([[1, 2, 3, Float64Array.from(numbers)]])
  })

  it('move what is to be moved', () => {
    const line = toThread(codec)
    const buffer = new ArrayBuffer(8)
    line.post(batchOf([...records(40), { buffer }]), [buffer])
    expect(buffer.byteLength).toBe(0)
    expect((line.arrived[0] as { values: Values }).values.at(-1)).toStrictEqual({
      buffer: new ArrayBuffer(8),
    })
  })

  it('that can not be cloned throw, and those after them arrive', () => {
    const line = toThread(codec)
    expect(() => line.post(batchOf([...records(40), () => {}]))).toThrow('could not be cloned')
    line.post(batchOf(records(40)))
    line.post(batchOf(records(40)))
    expect(line.arrived).toStrictEqual([batchOf(records(40)), batchOf(records(40))])
  })
})

it('a codec is told of what was posted, and only of that', () => {
  let told = 0
  const counting: CodecKind = {
    name: 'counting',
    module: 'file:///counting.js',
    encoder: () => ({
      encode: (values) => ({ payload: [...values], transfer: [], sent: () => void told++ }),
    }),
    decoder: () => ({ decode: (payload) => payload as unknown[] }),
  }
  const line = toThread(counting)
  line.post(batchOf([{}]))
  expect(told).toBe(1)
  expect(() => line.post(batchOf([() => {}]))).toThrow()
  line.post({ type: 'cancel', channel: 1 })
  line.post(batchOf(numbers))
  expect(told).toBe(1)
  line.post({ type: 'input', channel: 1, values: ['a', 'b'] })
  expect(told).toBe(2)
})

/** Numbers as an array. */
const plain = (message: ToThread): unknown =>
  'values' in message ? { ...message, values: Array.from(message.values) } : message
