import { createSecretKey } from 'node:crypto'
import { BlockList } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { array, assert as check, integer, property, string, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byFrames, decodeFrame, detach, encodeFrame, FrameReader } from '../../lib/wire/frames.js'
import { cloneError, findUncloneable } from '../../lib/wire/uncloneable.js'
import { thrownBy } from '../support/outcome.js'
import { portrait } from '../support/portrait.js'

class Empty {}
class Private {
  #hidden = 1
  get hidden() {
    return this.#hidden
  }
}

/** There and back. */
function travel(message: unknown): unknown {
  const [frame, ...others] = new FrameReader().push(encodeFrame(message))
  expect(others).toEqual([])
  return decodeFrame(frame!)
}

describe('a frame', () => {
  const buffer = new ArrayBuffer(8)
  const cyclic: Record<string, unknown> = { list: [1] }
  cyclic.self = cyclic
  it.each([
    ['undefined', undefined],
    ['holes', Array(3)],
    ['numbers', [-0, Number.NaN, 2 ** 53, 1.5, 10n]],
    ['text', 'é\u{1f600}\0'],
    ['packed numbers', new Float64Array([1, 2, 3])],
    ['views of one buffer', [new Uint8Array(buffer, 2, 3), new DataView(buffer)]],
    ['a Buffer', Buffer.from('words')],
    ['collections', new Map<unknown, unknown>([[{ a: 1 }, new Set([1, 'x'])]])],
    ['a Date and a RegExp', [new Date(5), /a/gi]],
    ['boxes', [Object(1), Object('x'), Object(true)]],
    ['an error with its cause', new RangeError('no', { cause: new TypeError('inner') })],
    ['a cycle', cyclic],
    [
      'what looks empty',
      [{}, new Empty(), new Private(), Object.create(null), new Date(0), /x/, Object(1), new Error()],
    ],
    [
      'an instance',
      new (class A {
        x = 1
      })(),
    ],
  ])('keeps what structured clone keeps: %s', (_what, value) => {
    expect(portrait(travel(value))).toBe(portrait(structuredClone(value)))
  })

  it.each([
    ['a function', { f: () => 1 }, 'x.f', 'a function'],
    ['shared memory', { a: [new SharedArrayBuffer(4)] }, 'x.a[0]', 'a SharedArrayBuffer'],
    ['a view of shared memory', new Int32Array(new SharedArrayBuffer(4)), 'x.buffer', 'a SharedArrayBuffer'],
    ['a Blob', { file: new Blob(['x']) }, 'x.file', 'a Blob'],
    ['a key', { key: createSecretKey(Buffer.from('k')) }, 'x.key', 'a SecretKeyObject'],
    ['a port', { port: new MessageChannel().port1 }, 'x.port', 'a MessagePort'],
    ['a list of the platform', { list: new BlockList() }, 'x.list', "a BlockList that can't be cloned"],
    ['a stream', [{}, new Empty(), new ReadableStream()], 'x[2]', 'a ReadableStream'],
    ['a Proxy', { p: new Proxy({}, {}) }, 'x.p', "an Object that can't be cloned"],
  ])('is refused %s, as a whole', (_what, value, path, what) => {
    const cause = thrownBy(() => encodeFrame(value))
    expect(cause).toBeInstanceOf(DOMException)
    expect(cause.name).toBe('DataCloneError')
    expect(findUncloneable(value, 'x', undefined, byFrames)).toEqual({ path, what })
    const { message } = cloneError(value, 'x', 'to', cause, undefined, byFrames)
    expect(message).toBe(`${path} is ${what} and can't be sent to a process`)
  })

  it('says what a getter has thrown', () => {
    const hostile = {
      get trap(): unknown {
        throw new RangeError('of the getter')
      },
    }
    expect(thrownBy(() => encodeFrame(hostile))).toEqual(new RangeError('of the getter'))
  })

  it('copies what is to be moved, and takes it away from this side then', () => {
    const bytes = new Uint8Array([1, 2, 3])
    const frame = encodeFrame(bytes, [bytes.buffer])
    expect(bytes).toHaveLength(3)
    detach([bytes.buffer])
    expect(bytes).toHaveLength(0)
    expect(decodeFrame(new FrameReader().push(frame)[0]!)).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('moves nothing but buffers, though it be in the list', () => {
    const { port1 } = new MessageChannel()
    const value = { port: port1 }
    expect(thrownBy(() => encodeFrame({}, [port1 as never])).name).toBe('DataCloneError')
    expect(findUncloneable(value, 'x', new Set([port1]), byFrames)?.path).toBe('x.port')
  })
})

describe('FrameReader', () => {
  it('cuts frames out of bytes, however they come', () => {
    const messages = array(tuple(integer(), string({ maxLength: 300 })), { maxLength: 30 })
    const cuts = array(integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 50 })
    check(
      property(messages, cuts, (sent, sizes) => {
        const reader = new FrameReader()
        const bytes = Buffer.concat(sent.map((message) => encodeFrame(message)))
        const received: unknown[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!
          received.push(...reader.push(bytes.subarray(at, at + size)).map(decodeFrame))
          at += size
        }
        expect(received).toEqual(sent)
      }),
    )
  })

  it('puts a message of many pieces together', () => {
    const large = new Uint8Array(16_000_000).fill(7)
    const bytes = encodeFrame(large)
    const reader = new FrameReader()
    const frames: Buffer[] = []
    for (let at = 0; at < bytes.length; at += 65_536)
      frames.push(...reader.push(bytes.subarray(at, at + 65_536)))
    expect(frames).toHaveLength(1)
    expect(Buffer.compare(Buffer.from(decodeFrame(frames[0]!) as Uint8Array), Buffer.from(large))).toBe(0)
  })
})
