import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ValueList } from '../../lib/wire/valueList.js'

const numbers = fc.array(fc.double(), { maxLength: 200 })
const anything = fc.array(fc.oneof({ weight: 9, arbitrary: fc.double() }, fc.anything()), { maxLength: 200 })

function listOf(values: readonly unknown[], capacity: number) {
  const list = new ValueList<unknown>(capacity)
  for (const value of values) list.push(value)
  expect(list.length).toBe(values.length)
  return list.end()
}

describe('ValueList', () => {
  it('has what was put in, whatever it is and however much', () => {
    fc.assert(
      fc.property(fc.oneof(numbers, anything), fc.nat(200), (values, capacity) => {
        const listed = listOf(values, capacity)
        expect(listed.length).toBe(values.length)
        for (const [i, value] of values.entries()) expect(Object.is(listed[i], value)).toBe(true)
      }),
    )
  })

  it('holds many numbers packed, and no memory beyond them', () => {
    const listed = listOf(
      Array.from({ length: 100 }, (_, i) => i),
      128,
    )
    expect(listed).toBeInstanceOf(Float64Array)
    expect((listed as Float64Array).buffer.byteLength).toBe(800)
  })

  it('is an array once there are other values, or more than it was made for', () => {
    expect(listOf([...Array(99).fill(0), '0'], 100)).toEqual([...Array(99).fill(0), '0'])
    expect(listOf(Array(101).fill(0), 100)).toEqual(Array(101).fill(0))
  })

  it('is an array where there are few', () => {
    expect(listOf([1, 2, 3], 8)).toEqual([1, 2, 3])
  })
})
