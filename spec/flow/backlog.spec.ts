import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bounds } from '../../lib/flow/backlog.js'
import { Backlog } from '../../lib/flow/backlog.js'
import { valuesOf } from '../../lib/flow/chunkQueue.js'

const unbounded: Bounds = {
  bufferSize: Number.POSITIVE_INFINITY,
  bufferBytes: Number.POSITIVE_INFINITY,
  overflow: 'error',
}

function boundedBy(bounds: Partial<Bounds>) {
  const backlog = new Backlog<unknown>({ ...unbounded, ...bounds })
  const dropped: number[] = []
  const admit = (value: unknown) => backlog.admit(value, 4, (item) => dropped.push(item))
  return { backlog, dropped, admit }
}

describe('Backlog', () => {
  it('is not bounded unless something is', () => {
    expect(new Backlog(unbounded).isBounded).toBe(false)
    expect(boundedBy({ bufferSize: 3 }).backlog.isBounded).toBe(true)
    expect(boundedBy({ bufferBytes: 3 }).backlog.isBounded).toBe(true)
  })

  it('lets one item wait, however large', () => {
    const { backlog, admit } = boundedBy({ bufferBytes: 1 })
    expect(admit('long'.repeat(100))).toBe('admitted')
    expect(admit('')).toBeInstanceOf(Error)
    backlog.take(1)
    expect(admit('')).toBe('admitted')
  })

  it('drops the oldest till there is room', () => {
    const { backlog, dropped, admit } = boundedBy({ bufferBytes: 1000, overflow: 'dropOldest' })
    for (const bytes of [300, 300, 300]) admit(new Uint8Array(bytes - 8))
    admit(new Uint8Array(592))
    expect(dropped).toEqual([0, 1])
    expect(backlog.bytes).toBe(900)
  })

  it('counts an item as it was when it came, whatever becomes of it', () => {
    const { backlog, admit } = boundedBy({ bufferBytes: 1e6 })
    const items = Array.from({ length: 10 }, () => ({ parts: ['a'] as string[] }))
    for (const item of items) admit(item)
    const { bytes } = backlog
    items[0]!.parts.push('more'.repeat(1000))
    items[9]!.parts.length = 0
    expect(backlog.bytes).toBe(bytes)
    while (backlog.take(3));
    expect(backlog.bytes).toBe(0)
  })

  it('has no bytes when it is empty, after anything', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), bytes: fc.nat(100) }),
      fc.record({ do: fc.constant('grow' as const), item: fc.nat(30) }),
      fc.record({ do: fc.constant('take' as const), size: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ do: fc.constant('putBack' as const) }),
      fc.record({ do: fc.constant('clear' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { backlog, admit } = boundedBy({ bufferBytes: 500, overflow: 'dropOldest' })
        const items: { text: string }[] = []
        let last: ReturnType<typeof backlog.take>
        for (const each of steps) {
          if (each.do === 'push') admit(items.at(items.push({ text: 'x'.repeat(each.bytes) }) - 1))
          else if (each.do === 'grow') {
            const item = items[each.item]
            if (item) item.text += 'more'
          } else if (each.do === 'take') last = backlog.take(each.size)
          else if (each.do === 'clear') backlog.clear()
          else if (last) {
            backlog.putBack(last)
            last = undefined
          }
          expect(backlog.bytes).toBeGreaterThanOrEqual(backlog.size * 8)
        }
        let left = 0
        for (let slice = backlog.take(4); slice; slice = backlog.take(4)) left += valuesOf(slice).length
        expect(left).toBeLessThanOrEqual(items.length)
        expect(backlog.bytes).toBe(0)
      }),
    )
  })
})
