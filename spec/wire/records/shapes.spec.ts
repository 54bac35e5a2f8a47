import { describe, expect, it } from 'vitest'
import { Shapes } from '../../../lib/wire/records/shapes.js'
import { CodecLine, recordCodecs } from '../../support/codecLine.js'

const records = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, inner: { name: `no ${id}` } }))

/** An object used as a map. */
const dictionary = (seed: number) => ({ [`a${seed}`]: 1, [`b${seed}`]: { [`c${seed}`]: 2 } })

/** The keys of shapes that came with the last message. */
function told(line: CodecLine): readonly (readonly string[])[] {
  return line.batch?.shapes ?? []
}

describe('shapes', () => {
  it('remember few keys that came once', () => {
    const shapes = new Shapes(() => true)
    for (let i = 0; i < 100_000; i++) shapes.find([`key ${i}`])
    // The last are remembered, the first aren't.
    expect(shapes.find(['key 99999'])).toBeDefined()
    expect(shapes.find(['key 0'])).toBeUndefined()
    expect(shapes.all).toHaveLength(1)
  })

  it('are not made of keys that are refused', () => {
    const shapes = new Shapes((key) => key !== 'b')
    for (let round = 0; round < 3; round++) expect(shapes.find(['a', 'b'])).toBeUndefined()
  })

  it('are not made of very many keys, nor mistaken for others', () => {
    const shapes = new Shapes(() => true)
    const many = Array.from({ length: 257 }, (_, i) => `key ${i}`)
    for (const keys of [many, ['a\nb'], [''], []]) {
      shapes.find(keys)
      shapes.find(keys)
    }
    expect(shapes.find(many)).toBeUndefined()
    expect(shapes.find(['a', 'b'])).toBeUndefined()
    expect(shapes.find(['a\nb'])?.keys).toEqual(['a\nb'])
    expect(shapes.find([''])?.keys).toEqual([''])
    expect(shapes.find([])).toBeUndefined()
  })
})

describe.each(recordCodecs)('%s', (_name, kind, opener) => {
  describe('the shapes of records', () => {
    it('travel once', () => {
      const line = new CodecLine(kind, opener)
      line.send(records(100))
      expect(told(line)).toEqual([['name'], ['id', 'inner']])
      line.send(records(100))
      expect(told(line)).toEqual([])
      expect(line.batch?.rest).toEqual([])
    })

    it('travel again when the message with them was not posted', () => {
      const line = new CodecLine(kind, opener)
      expect(() => line.send([...records(100), () => {}])).toThrow('could not be cloned')
      expect(line.send(records(100))).toStrictEqual(records(100))
      expect(told(line)).toEqual([['name'], ['id', 'inner']])
    })

    it('are known by keys and their order', () => {
      const line = new CodecLine(kind, opener)
      const batch = Array.from({ length: 100 }, (_, i) =>
        i % 3 === 0 ? { a: i, b: 1 } : i % 3 === 1 ? { b: i, a: 1 } : { a: i, b: 1, c: 2 },
      )
      expect(JSON.stringify(line.send(batch))).toBe(JSON.stringify(batch))
      expect(told(line)).toEqual(
        [
          ['a', 'b'],
          ['b', 'a'],
          ['a', 'b', 'c'],
        ].slice(0, told(line).length),
      )
      expect(told(line)).toHaveLength(3)
    })

    it('are not made of keys that never come again', () => {
      const line = new CodecLine(kind, opener)
      for (let round = 0; round < 50; round++) {
        const batch = Array.from({ length: 100 }, (_, i) => dictionary(round * 100 + i))
        expect(line.send(batch)).toStrictEqual(batch)
        expect(told(line)).toEqual([])
      }
      // And records have their place yet, in the next batch that is tried.
      const counts = Array.from({ length: 16 }, () => {
        line.send(records(100))
        return told(line).length
      })
      expect(counts.filter((count) => count > 0)).toEqual([2])
    })

    it('are 512 at most, and both sides go on when there are more', () => {
      const line = new CodecLine(kind, opener)
      let count = 0
      for (let round = 0; round < 90; round++) {
        const batch = Array.from({ length: 100 }, (_, i) => dictionary(Math.floor(i / 4) + 25 * (round % 30)))
        expect(line.send(batch)).toStrictEqual(batch)
        count += told(line).length
      }
      expect(count).toBe(512)
    })
  })

  describe('a batch that would not gain', () => {
    it.each([
      ['primitives', Array.from({ length: 100 }, (_, i) => (i % 2 ? i : `${i}`))],
      ['values that all go as they are', Array.from({ length: 100 }, () => new Map())],
      ['few records', records(5)],
      ['nothing', []],
    ])('goes as it is: %s', (_, values) => {
      const line = new CodecLine(kind, opener)
      expect(line.send(values)).toStrictEqual(values)
      expect(Array.isArray(line.payload)).toBe(true)
    })

    it('is one of objects that each have keys of their own: most of the next go as they are', () => {
      const line = new CodecLine(kind, opener)
      const written = Array.from({ length: 32 }, (_, round) => {
        const batch = Array.from({ length: 100 }, (_, i) => dictionary(round * 100 + i))
        expect(line.send(batch)).toStrictEqual(batch)
        return line.batch !== undefined
      })
      expect(written.flatMap((is, round) => (is ? [round] : []))).toEqual([0, 16])
    })

    it('makes that the next are not tried, either, but for one at times', () => {
      const line = new CodecLine(kind, opener)
      const isPacked = (values: readonly unknown[]) => {
        line.send(values)
        return !Array.isArray(line.payload)
      }
      const maps = Array.from({ length: 100 }, () => new Map())
      for (let round = 0; round < 3; round++) {
        expect(isPacked(maps)).toBe(false)
        for (let i = 0; i < 15; i++) expect(isPacked(records(100))).toBe(false)
        expect(isPacked(records(100))).toBe(true)
        expect(isPacked([...maps, ...records(1)])).toBe(true)
        expect(isPacked(records(100))).toBe(true)
      }
    })
  })

  describe('what belongs to the values', () => {
    it('can be moved with them', () => {
      const line = new CodecLine(kind, opener)
      const buffer = new ArrayBuffer(8)
      const arrived = line.send([...records(40), { buffer }], [buffer])
      expect(buffer.byteLength).toBe(0)
      expect(arrived.at(-1)).toStrictEqual({ buffer: new ArrayBuffer(8) })
    })

    it('stays one for each value that has it', () => {
      const line = new CodecLine(kind, opener)
      const record = { id: 1 }
      const arrived = line.send([...records(40), record, record])
      expect(line.batch?.rest).toEqual([])
      expect(arrived.slice(-2)).toStrictEqual([record, record])
      expect(arrived.at(-1)).not.toBe(arrived.at(-2))
    })

    it('is not changed', () => {
      const values = [...records(40), { at: new Date(0), list: [-0, [1]] }]
      const before = structuredClone(values)
      new CodecLine(kind, opener).send(values)
      expect(values).toStrictEqual(before)
    })
  })
})
