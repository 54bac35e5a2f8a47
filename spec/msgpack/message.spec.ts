import { Unpackr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import type { Envelope } from '../../lib/msgpack/envelope.js'
import { opener } from '../../lib/msgpack/envelope.js'
import { msgpack } from '../../lib/msgpack/index.js'
import { CodecLine } from '../support/codecLine.js'

const records = (count: number, name: (id: number) => string) =>
  Array.from({ length: count }, (_, id) => ({ id, name: name(id) }))

/** What was posted for these values. */
function posted(values: readonly unknown[]): unknown {
  const line = new CodecLine(msgpack(), opener)
  expect(line.send(values)).toStrictEqual(values)
  return line.payload
}

describe('a message', () => {
  it('is MessagePack, as any decoder reads it', () => {
    const message = posted(records(100, (id) => `no ${id}`)) as ArrayBuffer
    const content: unknown[] = new Unpackr().unpack(new Uint8Array(message))
    expect(content[0]).toBe(100)
    // The first record's keys stand in the text: only when they come again is a shape made of them.
    expect(content).toContainEqual([['id', 'name']])
    expect(content).toContainEqual([expect.stringMatching(/^no 0idnameno 1no 2.*no 99$/)])
  })

  it('has memory of its own, no larger than what it says', () => {
    const message = posted(records(100, () => 'a')) as ArrayBuffer
    expect(message.byteLength).toBeLessThan(2000)
  })

  it('brings text in other letters beside it', () => {
    const { texts, longStrings } = posted(records(100, (id) => `größer ${id}`)) as Envelope
    expect(texts.join('')).toMatch(/^größer 0idnamegrößer 1größer 2.*größer 99$/)
    expect(longStrings).toEqual([])
  })

  it('brings long strings beside it', () => {
    const long = 'a'.repeat(256)
    const { texts, longStrings } = posted(records(20, (id) => (id === 7 ? long : 'b'))) as Envelope
    expect(texts).toEqual([])
    expect(longStrings).toEqual([long])
  })
})

it('keys that UTF-8 can not carry make no shape', () => {
  const line = new CodecLine(msgpack(), opener)
  const odd = { '\ud800': 1 }
  for (let round = 0; round < 3; round++) {
    expect(line.send([odd, ...records(40, String)])[0]).toStrictEqual(odd)
    expect(line.batch?.rest).toEqual([])
    expect(line.batch?.shapes.flat()).not.toContain('\ud800')
  }
})
