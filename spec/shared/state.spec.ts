import { firstValueFrom, from, take, toArray } from 'rxjs'
import { sharedMap, sharedState } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import type { State } from '../fixtures/shared.worker.mjs'
import { sharedPool, sharedThings, whenCell } from '../support/sharedPool.js'

const begin: State = { count: 0 }

describe.each(['thread', 'process'] as const)('a state of a pool of %ss', (isolation) => {
  it('is there at once in every thread, and what was awaited is in it', async () => {
    const state = sharedState<State>({ ...begin, name: 'first' })
    const pool = sharedPool({ state }, { isolation })
    expect(await pool.run(pool.tasks.readState, null)).toEqual({ count: 0, name: 'first' })
    await state.update({ count: 5 })
    expect(state.value).toEqual({ count: 5, name: 'first' })
    expect(await pool.run(pool.tasks.readState, null)).toEqual({ count: 5, name: 'first' })
    const patched = await pool.run(pool.tasks.patchState, { name: 'second' })
    expect(patched).toEqual({ count: 5, name: 'second' })
    expect(state.value).toEqual(patched)
  })

  it('loses no update of a function, from threads and from here', async () => {
    const state = sharedState(begin)
    const pool = sharedPool({ state }, { isolation })
    const runs = [pool.run(pool.tasks.addToState, 100), pool.run(pool.tasks.addToState, 100)]
    for (let i = 0; i < 100; i++) {
      await state.update((value) => ({ ...value, count: value.count + 1 }))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const calls = await Promise.all(runs)
    expect(state.value.count).toBe(300)
    for (const each of calls) expect(each).toBeGreaterThanOrEqual(100)
  })

  it('is frozen: what changes a value in it throws', async () => {
    const nested = { list: [1], map: new Map([['a', 1]]), date: new Date(5) }
    const state = sharedState<State>({ ...begin, nested })
    const pool = sharedPool({ state }, { isolation })
    for (const how of ['property', 'nested', 'map', 'date'])
      await expect(pool.run(pool.tasks.changeState, how), how).rejects.toThrow(TypeError)
    expect(() => (state.value.nested as { list: number[] }).list.push(1)).toThrow(TypeError)
    // What it was made of is its maker's still.
    nested.list.push(2)
    expect(state.value.nested).toMatchObject({ list: [1] })
  })
})

describe('a state', () => {
  it('lets slow updates get through against fast ones', async () => {
    const state = sharedState(begin)
    const pool = sharedPool({ state }, { size: 3 })
    let over = false
    const fast = (async () => {
      let updates = 0
      while (!over) {
        await state.update((value) => ({ ...value, count: value.count + 1 }))
        updates++
        await new Promise((resolve) => setImmediate(resolve))
      }
      return updates
    })()
    await Promise.all([pool.run(pool.tasks.addSlowly, 20), pool.run(pool.tasks.addSlowly, 20)])
    over = true
    expect(state.value.count).toBe(40 + (await fast))
  })

  it('tells its changes in one order, here as an Observable', async () => {
    const { cells } = sharedThings()
    const state = sharedState(begin)
    const pool = sharedPool({ state, cells })
    const here = firstValueFrom(state.changes$.pipe(take(5), toArray()))
    const there = pool.run(pool.tasks.hearChanges, 5)
    await whenCell(cells, 8, 1)
    for (let count = 1; count <= 5; count++) void state.update({ count })
    expect(await there).toEqual([1, 2, 3, 4, 5])
    expect((await here).map(({ count }) => count)).toEqual([1, 2, 3, 4, 5])
  })

  it('tells a change that comes of one after it', async () => {
    const state = sharedState(0)
    const heard: number[] = []
    state.changes$.subscribe((value) => {
      if (value < 3) void state.update(value + 1)
    })
    state.changes$.subscribe((value) => heard.push(value))
    await state.update(1)
    expect(heard).toEqual([1, 2, 3])
  })

  it('fails with what its function throws, and stays as it was', async () => {
    const state = sharedState(begin)
    const pool = sharedPool({ state })
    await expect(pool.run(pool.tasks.failInUpdate, null)).rejects.toThrow(new RangeError('no'))
    await expect(pool.run(pool.tasks.updateWithFunction, null)).rejects.toMatchObject({ code: 'CLONE' })
    await expect(state.update((async () => begin) as never)).rejects.toMatchObject({ code: 'CLONE' })
    expect(state.value).toEqual(begin)
  })

  it('takes what can be frozen', async () => {
    expect(() => sharedState({ bytes: new Uint8Array(2) })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining("can't be frozen"),
      }),
    )
    expect(() => sharedState({ run() {} })).toThrow(expect.objectContaining({ code: 'CLONE' }))
    const shared = new Int32Array(new SharedArrayBuffer(8))
    shared[0] = 1
    expect(sharedState({ shared }).value.shared[0]).toBe(1)
  })

  it('can be shared by the one who made it only', async () => {
    const pool = sharedPool({ state: sharedState(begin) })
    await expect(pool.run(pool.tasks.shareOn, null)).rejects.toMatchObject({ code: 'NOT_SHAREABLE' })
  })

  it('is a stream that RxJS takes, without RxJS', async () => {
    const { StateOver } = await import('../../lib/shared/stateOver.js')
    const { OwnedStore } = await import('../../lib/shared/store.js')
    const store = new OwnedStore('state')
    store.begin(0, 1)
    const state = new StateOver<number>(store)
    const heard = firstValueFrom(from(state.changes$).pipe(take(2), toArray()))
    await state.update(2)
    await state.update(3)
    expect(await heard).toEqual([2, 3])
  })
})

describe('a map', () => {
  it('has the same entries everywhere', async () => {
    const map = sharedMap<string, unknown>()
    const pool = sharedPool({ map })
    await map.set('a', 1)
    await pool.run(pool.tasks.setEntry, ['b', { list: [2] }])
    expect([...map]).toEqual([
      ['a', 1],
      ['b', { list: [2] }],
    ])
    expect(() => (map.get('b') as { list: number[] }).list.push(3)).toThrow(TypeError)
    expect(await pool.run(pool.tasks.readMap, null)).toEqual({ entries: [...map], size: 2, hasA: true })
    expect(await pool.run(pool.tasks.deleteEntry, 'a')).toBe(true)
    expect(await pool.run(pool.tasks.deleteEntry, 'a')).toBe(false)
    expect(await map.delete('b')).toBe(true)
    expect([map.size, map.has('a'), [...map.keys()], [...map.values()]]).toEqual([0, false, [], []])
  })

  it('loses no update of an entry', async () => {
    const map = sharedMap<string, number>()
    const pool = sharedPool({ map }, { size: 3 })
    const words = Array.from({ length: 150 }, (_, i) => 'abc'[i % 3]!)
    await Promise.all([1, 2, 3].map(() => pool.run(pool.tasks.countWords, words)))
    expect(Object.fromEntries(map)).toEqual({ a: 150, b: 150, c: 150 })
  })

  it('tells its changes', async () => {
    const map = sharedMap<string, number>()
    const heard = firstValueFrom(map.changes$.pipe(take(3), toArray()))
    await map.set('a', 1)
    await map.update('a', (n = 0) => n + 1)
    await map.delete('a')
    expect(await heard).toEqual([
      { type: 'set', key: 'a', value: 1 },
      { type: 'set', key: 'a', value: 2 },
      { type: 'delete', key: 'a', value: undefined },
    ])
  })

  it('takes primitive keys', async () => {
    const map = sharedMap<unknown, number>()
    for (const key of ['a', 1, 1n, null, undefined, true]) await map.set(key, 1)
    expect(map.size).toBe(6)
    await expect(map.set({}, 1)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
