import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchTable } from '../../lib/pool/batchTable.js'

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('set' as const) },
  { weight: 2, arbitrary: fc.nat(12) },
  fc.record({ deleted: fc.nat(12) }),
)

describe('BatchTable', () => {
  it('is to be used as a Map of growing numbers', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const table = new BatchTable<string>()
        const map = new Map<number, string>()
        let next = 0
        for (const each of steps) {
          if (each === 'set') {
            table.set(++next, `batch ${next}`)
            map.set(next, `batch ${next}`)
          } else if (typeof each === 'number') {
            expect(table.get(next - each)).toBe(map.get(next - each))
          } else {
            table.delete(next - each.deleted)
            map.delete(next - each.deleted)
          }
          expect(table.size).toBe(map.size)
          expect([...table]).toEqual([...map])
          expect([...table.keys()]).toEqual([...map.keys()])
        }
        table.clear()
        expect([table.size, ...table]).toEqual([0])
      }),
    )
  })

  it('is gone through as it was, whatever is deleted meanwhile', () => {
    const table = new BatchTable<string>()
    for (const id of [1, 2, 3]) table.set(id, `${id}`)
    const seen = []
    for (const [id] of table) {
      table.delete(id)
      seen.push(id)
    }
    expect(seen).toEqual([1, 2, 3])
  })
})
