import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'
import { valuesOf } from '../../lib/flow/chunkQueue.js'
import type { ItemFlow, ItemFlowOptions } from '../../lib/flow/itemFlow.js'
import type { Dispatch } from '../../lib/flow/work.js'
import { itemState } from '../../lib/wire/messages.js'
import { attachTo, itemFlow } from '../support/itemFlows.js'
import { Recorder, Room } from '../support/recorder.js'

const MiB = 2 ** 20
/** What may be ahead, by the estimate, in the mean. */
const bytesMost = 16 * MiB
const threads = 2

/** A flow whose pool is the test: two threads, of which each takes one item at once. */
function setUp({
  below,
  batch = 'auto',
  ...rest
}: Partial<ItemFlowOptions> & { batch?: 'auto' | number } = {}) {
  const recorder = new Recorder<unknown>()
  const batchSize = new BatchSize(batch)
  const flow = itemFlow<unknown, unknown>(recorder, { batchSize, below, ...rest })
  const capacityFor = (size: number) => threads * (size > 1 ? 4 * size : 3)
  attachTo(flow, { threads, capacityFor })
  return { flow, recorder, batchSize }
}

/** Reads as `pull` does: as long as there is room, and no more in one go than it says. Returns what it read. */
function read(flow: ItemFlow<unknown, unknown>, valueAt: (i: number) => unknown, most = 100_000): unknown[] {
  const values: unknown[] = []
  while (flow.demand.open && values.length < most)
    for (let left = flow.demand.run!; left > 0 && values.length < most; left--)
      flow.push(values.at(values.push(valueAt(values.length)) - 1))
  return values
}

function takeAll(flow: ItemFlow<unknown, unknown>): Dispatch[] {
  const taken: Dispatch[] = []
  for (let next = flow.take(); next; next = flow.take()) taken.push(next)
  return taken
}

function end(
  flow: ItemFlow<unknown, unknown>,
  dispatch: Dispatch,
  resultOf: (value: unknown) => unknown = (value) => value,
) {
  flow.results(dispatch, {
    first: 0,
    values: Array.from(valuesOf(dispatch.slice), resultOf),
    layout: undefined,
    errors: [],
  })
}

/** A batch size as it is for a task that takes no time. */
function quick(batchSize: BatchSize): void {
  for (let i = 0; i < 10; i++) batchSize.measured(1000, 0.01)
}

function bytesOf(values: readonly unknown[]): number {
  return values.reduce(
    (sum: number, value) => sum + ((value as ArrayBufferView | undefined)?.byteLength ?? 8),
    0,
  )
}

describe('what is read ahead', () => {
  it('is bounded by the number of small items', () => {
    const { flow, batchSize } = setUp()
    expect(read(flow, (i) => i)).toHaveLength(6)
    quick(batchSize)
    expect(read(flow, (i) => i)).toHaveLength(threads * 4 * 2048 - 6)
  })

  it('is bounded by the bytes of large ones', () => {
    const { flow, batchSize } = setUp()
    quick(batchSize)
    const large = new Uint8Array(MiB - 8)
    expect(read(flow, () => large)).toHaveLength(16)
    expect(flow.demand.open).toBe(false)
  })

  it('is an item in each thread and one in front of it at least, and one on its way', () => {
    const { flow, batchSize } = setUp()
    quick(batchSize)
    const huge = new Uint8Array(64 * MiB)
    expect(read(flow, () => huge)).toHaveLength(threads * 3)
  })

  it('is bounded where items suddenly are larger', () => {
    const large = new Uint8Array(MiB)
    for (let small = 1; small < 4000; small += 97) {
      const { flow, batchSize } = setUp()
      quick(batchSize)
      const values = read(flow, (i) => (i < small ? i : large))
      // The items that pass before one is looked at, at most.
      expect(bytesOf(values)).toBeLessThan(bytesMost + 26 * MiB)
    }
  })

  it('is bounded in the mean where items are of all sizes', () => {
    const sizes = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 4 * MiB }))
    const made = new Map<number, Uint8Array>()
    const ofSize = (bytes: number) => made.get(bytes) ?? made.set(bytes, new Uint8Array(bytes)).get(bytes)!
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 40 }), (cycle) => {
        const { flow, batchSize } = setUp()
        quick(batchSize)
        const values = read(flow, (i) => ofSize(cycle[i % cycle.length]!))
        // Twice what it should be, and the values that pass before one is looked at.
        expect(bytesOf(values)).toBeLessThan(2 * bytesMost + 32 * 4 * MiB)
        made.clear()
      }),
      { numRuns: 60 },
    )
  })

  it('goes on when items have ended, and comes to the end', () => {
    const { flow, recorder, batchSize } = setUp()
    quick(batchSize)
    const large = new Uint8Array(MiB)
    for (let sent = 0; sent < 200; ) {
      sent += read(flow, () => large, 200 - sent).length
      for (const dispatch of takeAll(flow)) end(flow, dispatch)
    }
    flow.end()
    expect(recorder.values).toHaveLength(200)
    expect(recorder.ends).toEqual(['complete'])
  })

  it('counts what results take, once that is known', () => {
    const { flow, batchSize } = setUp()
    quick(batchSize)
    const large = new Uint8Array(MiB)
    read(flow, (i) => i, 8)
    for (const dispatch of takeAll(flow)) end(flow, dispatch, () => large)
    expect(read(flow, (i) => i)).toHaveLength(15)
    // Another one that runs the same begins with what was learnt.
    const other = setUp({ batchSize })
    expect(read(other.flow, (i) => i)).toHaveLength(15)
  })

  it('counts all the results of an item that emits many', () => {
    const { flow, batchSize } = setUp()
    quick(batchSize)
    read(flow, (i) => i, 100)
    for (const dispatch of takeAll(flow))
      for (let item = 0; item < dispatch.slice.count; item++)
        flow.results(dispatch, {
          first: 0,
          values: new Array(1000).fill('x'.repeat(508)),
          layout: [item, 1000, itemState.complete],
          errors: [],
        })
    // Of 1 MB each.
    expect(read(flow, (i) => i)).toHaveLength(16)
  })

  it('may be nothing but what is in flight, with a limit on that', () => {
    const { flow, batchSize } = setUp({ concurrency: 3 })
    quick(batchSize)
    expect(read(flow, (i) => i)).toHaveLength(3)
    const [first, ...others] = [flow.take()!]
    flow.returned(first, 1)
    const rest = [...others, ...takeAll(flow)]
    for (const dispatch of rest) end(flow, dispatch)
    // They wait for the first.
    expect(flow.demand.open).toBe(false)
    end(flow, first)
    expect(flow.demand.open).toBe(true)
  })
})

describe('a batch', () => {
  it('is bounded by the bytes of its items', () => {
    const { flow, batchSize } = setUp()
    quick(batchSize)
    const large = new Uint8Array(MiB - 8)
    for (let i = 0; i < 40; i++) flow.push(large)
    expect(takeAll(flow).map(({ slice }) => slice.count)).toEqual(new Array(10).fill(4))
  })

  it('is one item at least', () => {
    const { flow, batchSize } = setUp()
    quick(batchSize)
    const huge = new Uint8Array(64 * MiB)
    for (let i = 0; i < 5; i++) flow.push(huge)
    expect(takeAll(flow).map(({ slice }) => slice.count)).toEqual([1, 1, 1, 1, 1])
  })

  it('is as large as the user says', () => {
    const { flow } = setUp({ batch: 20 })
    const large = new Uint8Array(MiB)
    for (let i = 0; i < 40; i++) flow.push(large)
    expect(takeAll(flow).map(({ slice }) => slice.count)).toEqual([20, 20])
  })
})

describe('results that wait', () => {
  it('for room downstream keep new items from being run', () => {
    const room = new Room(0)
    const { flow, recorder } = setUp({ below: room.demand, batch: 10 })
    recorder.react = () => room.take()
    for (let i = 0; i < 100; i++) flow.push(i)
    const first = flow.take()!
    const second = flow.take()!
    end(flow, first)
    expect(flow.take()).toBeUndefined()
    end(flow, second)
    expect(flow.take()).toBeUndefined()
    room.open(19)
    expect(flow.take()).toBeUndefined()
    room.open(1)
    expect(flow.take()?.slice.count).toBe(10)
    expect(recorder.values).toHaveLength(20)
  })

  it('for those before them keep new items from being run at some number, or at some size', () => {
    for (const [result, most] of [
      [1, 8192],
      [new Uint8Array(MiB - 8), 16],
    ] as const) {
      const { flow, recorder } = setUp({ batch: 8 })
      for (let i = 0; i < 10_000; i++) flow.push(i)
      const first = flow.take()!
      let ended = 0
      for (let next = flow.take(); next; next = flow.take()) {
        end(flow, next, () => result)
        ended += next.slice.count
      }
      expect(ended).toBeGreaterThanOrEqual(most)
      expect(ended).toBeLessThan(most + 8)
      end(flow, first)
      expect(recorder.values).toHaveLength(first.slice.count + ended)
      expect(flow.take()).toBeDefined()
    }
  })

  it('never keep an item from being run that was taken before: others may wait for it', () => {
    const { flow, recorder } = setUp({ batch: 8 })
    for (let i = 0; i < 10_000; i++) flow.push(i)
    const first = flow.take()!
    for (const dispatch of takeAll(flow)) end(flow, dispatch)
    expect(flow.take()).toBeUndefined()
    flow.returned(first, 2)
    const again = flow.take()!
    expect(again.slice).toMatchObject({ first: 2, count: 6 })
    expect(flow.take()).toBeUndefined()
    end(flow, again)
    end(flow, first)
    for (const dispatch of takeAll(flow)) end(flow, dispatch)
    flow.end()
    for (const dispatch of takeAll(flow)) end(flow, dispatch)
    expect(recorder.values).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
    expect(recorder.ends).toEqual(['complete'])
  })

  it('make items wait, which `buffer` bounds', () => {
    const room = new Room(0)
    const { flow, recorder } = setUp({ below: room.demand, batch: 1, bufferSize: 10 })
    for (let i = 0; i < 100; i++) {
      flow.push(i)
      for (const dispatch of takeAll(flow)) end(flow, dispatch)
    }
    expect(recorder.notifications).toHaveLength(1)
    expect(recorder.notifications).toMatchObject([{ error: { code: 'OVERFLOW' } }])
  })
})
