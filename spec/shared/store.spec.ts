import { describe, expect, it } from 'vitest'
import type { Outcome, Wish } from '../../lib/shared/store.js'
import { OwnedStore, revise } from '../../lib/shared/store.js'

const one = {}
const other = {}
const outcomes: Outcome[] = []
const tell = (outcome: Outcome) => void outcomes.push(outcome)
const fail = (error: unknown) => {
  throw error
}

describe('a store', () => {
  it('refuses what was worked out from an older version', () => {
    const store = new OwnedStore('store')
    outcomes.length = 0
    store.take({ key: 'a', does: 'put', value: 1, base: 0 }, one, tell, fail)
    store.take({ key: 'a', does: 'put', value: 2, base: 0 }, other, tell, fail)
    store.take({ key: 'b', does: 'put', value: 3, base: 0 }, other, tell, fail)
    expect(outcomes).toEqual(['done', 'refused', 'done'])
    expect(store.entries.get('a')!.value).toBe(1)
  })

  it('lets others wait for the end of a turn, which comes with a change, a word or a death', async () => {
    const store = new OwnedStore('store')
    outcomes.length = 0
    store.take({ key: 'a', does: 'takeTurn' }, one, tell, fail)
    store.take({ key: 'a', does: 'takeTurn' }, other, tell, fail)
    const mine = store.wish({ key: 'a', does: 'put', value: 3 })
    store.take({ key: 'b', does: 'put', value: 1 }, other, tell, fail)
    expect(outcomes).toEqual(['done', 'done'])
    store.take({ key: 'a', does: 'put', value: 1, base: 0 }, one, tell, fail)
    // The next turn has come; what was wished after it waits on.
    expect(outcomes).toEqual(['done', 'done', 'done', 'done'])
    expect(store.entries.get('a')!.value).toBe(1)
    store.leave(other)
    expect(await mine).toBe('done')
    expect(store.entries.get('a')!.value).toBe(3)
  })

  it('freezes each part once, however often what it is in changes', async () => {
    const store = new OwnedStore('store')
    const map = new Map([['a', { list: [1] }]])
    await store.wish({ key: 'a', does: 'put', value: { map, set: new Set([1]), date: new Date(5) } })
    const { map: kept } = store.entries.get('a')!.value as { map: typeof map }
    expect(await store.wish({ key: 'a', does: 'merge', value: { other: [2] } })).toBe('done')
    const value = store.entries.get('a')!.value as { map: typeof map; other: number[] }
    expect(value.map).toBe(kept)
    expect(() => value.map.set('b', { list: [] })).toThrow(TypeError)
    expect(() => value.other.push(3)).toThrow(TypeError)
  })

  it('gives no turn to who is gone when it comes', () => {
    const store = new OwnedStore('store')
    outcomes.length = 0
    store.take({ key: 'a', does: 'takeTurn' }, one, tell, fail)
    store.take({ key: 'a', does: 'takeTurn' }, other, tell, fail)
    store.leave(other)
    store.take({ key: 'a', does: 'put', value: 1, base: 0 }, one, tell, fail)
    store.take({ key: 'a', does: 'put', value: 2, base: 1 }, one, tell, fail)
    expect(outcomes).toEqual(['done', 'done', 'done'])
    expect(store.entries.get('a')!.value).toBe(2)
  })

  it('ends a turn when its change fails', async () => {
    const store = new OwnedStore('store')
    const errors: unknown[] = []
    store.take({ key: 'a', does: 'takeTurn' }, one, tell, fail)
    store.take({ key: 'a', does: 'put', value: new Uint8Array(1) }, one, tell, (e) => errors.push(e))
    expect(errors).toHaveLength(1)
    expect(await store.wish({ key: 'a', does: 'put', value: 1 })).toBe('done')
  })

  it('asks for a turn when it is refused too often, and gives it back if it fails', async () => {
    const { asked, contested } = contestedStore(Number.POSITIVE_INFINITY)
    let calls = 0
    const failing = revise(contested, 'a', () => {
      if (++calls > 8) throw new RangeError('enough')
    })
    await expect(failing).rejects.toThrow('enough')
    expect(asked).toEqual([...Array(8).fill('put'), 'takeTurn', 'endTurn'])
  })

  it('asks for another turn where its own was ended by somebody else', async () => {
    const { asked, contested } = contestedStore(10)
    await revise(contested, 'a', () => 1)
    const turn = ['takeTurn', 'put']
    expect(asked).toEqual([...Array(8).fill('put'), ...turn, ...turn, ...turn])
  })
})

/** A store that refuses so many changes, and what it was asked for. */
function contestedStore(refusals: number) {
  const { name, entries, changes } = new OwnedStore('store')
  const asked: string[] = []
  let refused = 0
  const wish = async ({ does }: Wish): Promise<Outcome> => {
    asked.push(does)
    return does === 'put' && refused++ < refusals ? 'refused' : 'done'
  }
  return { asked, contested: { name, entries, changes, wish } }
}
