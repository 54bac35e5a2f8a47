import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'
import { unendedItems } from '../../lib/flow/dispatch.js'
import type { ItemFlow } from '../../lib/flow/itemFlow.js'
import type { Dispatch, Loss } from '../../lib/flow/work.js'
import { itemState } from '../../lib/wire/messages.js'
import { attachTo, itemFlow } from '../support/itemFlows.js'
import { Recorder } from '../support/recorder.js'

// Whatever a pool reports of the items that it was given, in whatever order, each item has one outcome. The pool is
// this spec.

interface Options {
  readonly ordered: boolean
  readonly batch: 'auto' | number
  readonly retries: number
  readonly ended: Loss['ended']
}

/** A value that an item emits: which of its runs, and which value of that run. */
interface Emitted {
  readonly item: number
  readonly run: number
  readonly k: number
}
/** What a failed item is replaced by. */
interface Replaced {
  readonly item: number
  readonly replaced: true
}

/** An item of a dispatch that a thread has, and how many values it has emitted there. */
interface Running {
  readonly item: number
  readonly run: number
  emitted: number
}

class Account {
  readonly recorder = new Recorder<Emitted | Replaced>()
  readonly flow: ItemFlow<number, Emitted | Replaced>
  /** How often the pool has said that an item was complete. */
  readonly completed = new Map<number, number>()
  pushed = 0
  private readonly runs = new Map<number, number>()
  private readonly dispatches = new Map<Dispatch, Map<number, Running>>()

  constructor(
    private readonly options: Options,
    replaces: boolean,
  ) {
    this.flow = itemFlow(this.recorder, {
      batchSize: new BatchSize(options.batch),
      ordered: options.ordered,
      retry: options.retries > 0 ? { count: options.retries, wait: undefined } : undefined,
      replace: replaces
        ? (_error, value, by) => {
            by.next({ item: value, replaced: true })
            by.complete()
            return () => {}
          }
        : undefined,
    })
    attachTo(this.flow, {
      detach: () => this.dispatches.clear(),
      threads: 2,
      capacityFor: (batch) => 8 * batch,
    })
  }

  push(count: number): void {
    for (let i = 0; i < count; i++) this.flow.push(this.pushed++)
  }

  take(): boolean {
    const dispatch = this.flow.take()
    if (!dispatch) return false
    const { chunk, first, count } = dispatch.slice
    const items = new Map<number, Running>()
    for (let place = 0; place < count; place++) {
      const item = chunk.values[first + place] as number
      const run = (this.runs.get(item) ?? 0) + 1
      this.runs.set(item, run)
      items.set(place, { item, run, emitted: 0 })
    }
    this.dispatches.set(dispatch, items)
    return true
  }

  /** One of those that threads have. */
  pick(which: number): [Dispatch, Map<number, Running>] | undefined {
    const all = [...this.dispatches]
    return all[which % all.length]
  }

  /** One result each for the first items of a dispatch that haven't ended. */
  plain(dispatch: Dispatch, items: Map<number, Running>, most: number): void {
    const [first] = items.keys()
    if (first === undefined) return
    const values: Emitted[] = []
    for (let place = first; values.length < most && items.get(place)?.emitted === 0; place++) {
      const { item, run } = items.get(place)!
      values.push({ item, run, k: 0 })
      this.complete(item)
      items.delete(place)
    }
    if (values.length === 0) return
    this.closeIfEmpty(dispatch, items)
    this.flow.results(dispatch, { first, values, layout: undefined, errors: [] })
  }

  /** What happens to some items, in one message. */
  layout(dispatch: Dispatch, items: Map<number, Running>, events: readonly [number, number, number][]): void {
    const layout: number[] = []
    const values: Emitted[] = []
    const errors: Error[] = []
    for (const [which, count, state] of events) {
      const places = [...items.keys()]
      if (places.length === 0) break
      const place = places[which % places.length]!
      const running = items.get(place)!
      layout.push(place, count, state)
      for (let i = 0; i < count; i++)
        values.push({ item: running.item, run: running.run, k: running.emitted++ })
      if (state === itemState.open) continue
      items.delete(place)
      if (state === itemState.failed) errors.push(new Error('failed'))
      if (state === itemState.complete) this.complete(running.item)
    }
    if (layout.length === 0) return
    this.closeIfEmpty(dispatch, items)
    this.flow.results(dispatch, { first: 0, values, layout, errors })
  }

  /** Some items couldn't be sent; nothing of the dispatch was. */
  refuse(dispatch: Dispatch, items: Map<number, Running>, bad: (place: number) => boolean): void {
    if (items.size < dispatch.slice.count || [...items.values()].some(({ emitted }) => emitted > 0)) return
    const failures = new Map([...items.keys()].filter(bad).map((place) => [place, new Error('refused')]))
    if (failures.size === 0) return
    this.dispatches.delete(dispatch)
    this.flow.refused(dispatch, failures)
  }

  /** The thread gives back what it hasn't begun. */
  giveBack(dispatch: Dispatch, items: Map<number, Running>, kept: number): void {
    const { count } = dispatch.slice
    let begun = count
    while (begun > kept && items.get(begun - 1)?.emitted === 0) items.delete(--begun)
    if (begun === count) return
    this.closeIfEmpty(dispatch, items)
    this.flow.returned(dispatch, begun)
  }

  /** The thread dies. */
  lose(dispatch: Dispatch, items: Map<number, Running>, suspect: (place: number) => boolean): void {
    this.dispatches.delete(dispatch)
    const running = [...items.keys()].filter(suspect)
    const { ended } = this.options
    const certain = running.length === 1
    const death = { threadId: 'thread', exitCode: 9, signal: undefined, cause: undefined }
    this.flow.lost(dispatch, { ...death, running, certain, ended })
  }

  /** Everything else goes well. */
  finish(): void {
    this.flow.end()
    for (let turn = 0; !this.recorder.closed; turn++) {
      if (turn > 10_000) throw new Error('it hangs')
      while (this.take());
      // From the last on, so that with order kept all wait for the first.
      for (const [dispatch, items] of [...this.dispatches].reverse()) {
        expect(unendedItems(dispatch)).toEqual([...items.keys()])
        this.plain(dispatch, items, items.size)
        const rest = [...items.keys()].map((): [number, number, number] => [0, 1, itemState.complete])
        this.layout(dispatch, items, rest)
      }
    }
  }

  private complete(item: number): void {
    this.completed.set(item, (this.completed.get(item) ?? 0) + 1)
  }

  private closeIfEmpty(dispatch: Dispatch, items: Map<number, Running>): void {
    if (items.size === 0) this.dispatches.delete(dispatch)
  }
}

const places = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 })
const event = fc.tuple(
  fc.nat(9),
  fc.nat(3),
  fc.constantFrom(itemState.open, itemState.complete, itemState.failed, itemState.timedOut),
)
const which = fc.nat(9)
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('plain' as const), which, most: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('layout' as const),
      which,
      events: fc.array(event, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), which, places }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('giveBack' as const), which, kept: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), which, places }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const options: fc.Arbitrary<Options> = fc.record({
  ordered: fc.boolean(),
  batch: fc.constantFrom<('auto' | number)[]>('auto', 1, 3, 7),
  retries: fc.nat(2),
  ended: fc.constantFrom<Loss['ended'][]>(
    undefined,
    'timeout',
    'straggler',
    'unreadableItem',
    'unreadableResult',
  ),
})

function act(account: Account, each: Step): void {
  if (each.do === 'push') return account.push(each.count)
  if (each.do === 'take') return void account.take()
  const picked = account.pick(each.which)
  if (!picked) return
  const among = (flags: boolean[]) => (place: number) => flags[place % flags.length]!
  switch (each.do) {
    case 'plain':
      return account.plain(...picked, each.most)
    case 'layout':
      return account.layout(...picked, each.events)
    case 'refuse':
      return account.refuse(...picked, among(each.places))
    case 'giveBack':
      return account.giveBack(...picked, each.kept)
    case 'lose':
      return account.lose(...picked, among(each.places))
  }
}

describe('whatever becomes of items in threads', () => {
  it('each has one outcome, of one run, in order where that is promised', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 100, size: 'max' }), (how, steps) => {
        const account = new Account(how, true)
        for (const each of steps) act(account, each)
        account.finish()
        const { recorder, completed, pushed } = account
        expect(recorder.ends).toEqual(['complete'])
        if (how.ordered)
          expect(recorder.values.map(({ item }) => item)).toEqual(
            recorder.values.map(({ item }) => item).sort((a, b) => a - b),
          )
        for (let item = 0; item < pushed; item++) {
          const values = recorder.values.filter((value) => value.item === item)
          const emitted = values.filter((value) => 'run' in value)
          const replaced = values.length - emitted.length
          expect([item, (completed.get(item) ?? 0) + replaced]).toEqual([item, 1])
          expect(new Set(emitted.map(({ run }) => run)).size).toBeLessThanOrEqual(1)
          expect(emitted.map(({ k }) => k)).toEqual(emitted.map((_, k) => k))
          if (replaced) expect(values.at(-1)).toEqual({ item, replaced: true })
        }
        expect(account.flow.load).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('the stream ends once, with order kept after all values of the items before the one that failed', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 100, size: 'max' }), (how, steps) => {
        const account = new Account(how, false)
        for (const each of steps) act(account, each)
        account.finish()
        const { recorder, completed, pushed } = account
        expect(recorder.ends).toHaveLength(1)
        const failed = recorder.ends[0] !== 'complete'
        const items = recorder.values.map(({ item }) => item)
        if (!failed) expect(completed.size).toBe(pushed)
        if (!how.ordered) return
        expect(items).toEqual([...items].sort((a, b) => a - b))
        // No item was passed over.
        for (let item = 0; item < (items.at(-1) ?? 0); item++) expect(completed.get(item)).toBe(1)
      }),
      { numRuns: 300 },
    )
  })
})
