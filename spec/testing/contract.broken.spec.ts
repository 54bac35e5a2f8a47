// That the contract can fail: pools that break it, each in its own way, and the cases that find out.

import { EMPTY } from 'rxjs'
import type { ContractPool, ContractPoolOptions } from 'rxjs-parallel/testing'
import { contractTasks, inlinePool, poolContract } from 'rxjs-parallel/testing'
import { describe, expect, it } from 'vitest'
import type { Attachment, Dispatch, Outcomes, Work } from '../../lib/flow/work.js'
import type { PoolBackend } from '../../lib/pool/seam.js'
import { backend } from '../../lib/pool/seam.js'
import { itemState } from '../../lib/wire/messages.js'
import { thrownBy } from '../support/outcome.js'

const inline = ({ size, concurrency }: ContractPoolOptions): ContractPool =>
  inlinePool(contractTasks, { threads: size, concurrency })

/** A copy that has some members replaced; all others go to the original. */
function changed<T extends object>(original: T, members: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      if (name in members) return members[name as keyof T]
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** A pool whose tasks run by another backend than its own. */
function withBackend(
  pool: ContractPool,
  change: (original: PoolBackend) => Partial<PoolBackend>,
): ContractPool {
  const original = (pool as unknown as Record<symbol, PoolBackend>)[backend]!
  const broken = changed(original, change(original))
  const tasks = new Proxy(pool.tasks, {
    get: (_target, name) => (typeof name === 'string' ? { name, [backend]: broken } : undefined),
  })
  return changed(pool, { tasks })
}

/** A pool that deals with what operators give it in its own way. */
function withWork(change: (work: Work) => Partial<Work>, changeAttachment?: Partial<Attachment>) {
  return (options: ContractPoolOptions) =>
    withBackend(inline(options), (original) => ({
      attach: (work) => {
        const attachment = original.attach(changed(work, change(work)))
        return changeAttachment ? changed(attachment, changeAttachment) : attachment
      },
    }))
}

/** A pool that reports other outcomes than there are. */
function withOutcomes(report: (outcomes: Outcomes, dispatch: Dispatch) => Outcomes | undefined) {
  return withWork((work) => ({
    results: (dispatch, outcomes) => {
      const reported = report(outcomes, dispatch)
      if (reported) work.results(dispatch, reported)
    },
  }))
}

/** Of an item that has one result. */
const isSeven = ({ values, layout }: Outcomes) => !layout && values.length === 1 && values[0] === 14

interface Broken {
  readonly make: (options: ContractPoolOptions) => ContractPool
  /** Cases that fail, by the beginnings of their names, with what their errors say. */
  readonly fail: Readonly<Record<string, RegExp>>
  /** Cases that pass all the same. */
  readonly pass: readonly string[]
}

const inOrder = 'values: each item has one outcome, in order'
const withoutOrder = 'values: each item has one outcome, without order'

const pools: Record<string, Broken> = {
  'is whole': { make: inline, fail: {}, pass: [inOrder, withoutOrder, 'close: lets what runs finish'] },
  'loses an item': {
    make: withOutcomes((outcomes) =>
      isSeven(outcomes)
        ? { first: outcomes.first, values: [], layout: [outcomes.first, 0, itemState.complete], errors: [] }
        : outcomes,
    ),
    fail: { [inOrder]: /expected .*12, 14, 16.*, got .*12, 16, 18/, [withoutOrder]: /got .*13, 15/ },
    pass: ['values: an empty source completes', 'errors: keep their class'],
  },
  'doubles an item': {
    make: withOutcomes((outcomes) =>
      isSeven(outcomes)
        ? {
            first: outcomes.first,
            values: [14, 14],
            layout: [outcomes.first, 2, itemState.complete],
            errors: [],
          }
        : outcomes,
    ),
    fail: {
      [inOrder]: /expected .*12, 14, 16.*, got .*12, 14, 14, 16/,
      [withoutOrder]: /got .*13, 14, 14, 15/,
    },
    pass: ['values: an empty source completes', 'errors: keep their class'],
  },
  'breaks the order': {
    make: withOutcomes((outcomes) =>
      outcomes.layout ? outcomes : { ...outcomes, values: [...(outcomes.values as unknown[])].reverse() },
    ),
    fail: { [inOrder]: /batch: 7: expected \[0, 2, 4/ },
    pass: [withoutOrder],
  },
  'never completes': {
    make: withOutcomes((outcomes) => (isSeven(outcomes) ? undefined : outcomes)),
    fail: { [inOrder]: /expected the case to end, got nothing more within 1000 ms/ },
    pass: ['values: an empty source completes', 'errors: keep their class'],
  },
  'hides errors': {
    make: withOutcomes((outcomes) => ({
      ...outcomes,
      layout: outcomes.layout?.map((n, at) =>
        at % 3 === 2 && n === itemState.failed ? itemState.complete : n,
      ),
      errors: [],
    })),
    fail: {
      'errors: come out of': /expected .*"error".*, got .*"complete"/,
      'errors: what is thrown and no error': /expected a rejection/,
      'CloneError: names the part of a result': /expected a rejection/,
    },
    pass: [inOrder, 'CloneError: names the part of an item'],
  },
  'makes plain errors of all': {
    make: withOutcomes((outcomes) => ({
      ...outcomes,
      errors: outcomes.errors.map((e) => new Error(String(e))),
    })),
    fail: {
      'errors: keep their class': /expected .*Error\("plain"\)/,
      'errors: keep the stack': /stack/,
      'errors: of a registered class': /ContractError: expected true, got false/,
      'retry: its delay': /tries/,
    },
    pass: [inOrder, 'cancellation: what waits'],
  },
  'cancels nothing': {
    make: withWork(() => ({}), { detach: () => {} }),
    fail: {
      'cancellation: unsubscribing': /expected the case to end/,
      'cancellation: take ends': /expected the case to end/,
    },
    pass: [],
  },
  'takes all that there is': {
    make: withWork(() => ({}), { capacityFor: () => 1_000_000 }),
    fail: { 'backpressure: a source is read boundedly ahead of threads': /expected from 1 to 500, got/ },
    pass: [inOrder, 'backpressure: leaving'],
  },
  'runs all branches in one thread': {
    make: (options) =>
      withBackend(inline(options), (original) => ({
        manifest: (found, failed) =>
          original.manifest((manifest, admitted) => {
            const openStage: PoolBackend['openStage'] = (stage) => admitted.openStage(stage, 0)
            found(manifest, changed(admitted, { openStage }))
          }, failed),
      })),
    fail: { 'fanOut: has as many branches': /expected two, got/ },
    pass: ["fanOut: 'roundRobin'", 'stages: keep state'],
  },
  'has but one thread': {
    make: (options) => inline({ ...options, size: 1 }),
    fail: { 'ready: starts all': /./, 'concurrency: all threads work': /expected the case to end/ },
    pass: [inOrder],
  },
  'gives a thread two items at once': {
    make: (options) => inline({ ...options, concurrency: 2 }),
    fail: { 'concurrency: 1 gives': /items at once: expected 1, got 2/ },
    pass: [inOrder],
  },
  'ends at once where it should finish': {
    make: (options) => {
      const pool = inline(options)
      return changed(pool, { close: () => pool.terminate() })
    },
    fail: { 'close: lets what runs finish': /./, 'close: lets a stage finish': /./ },
    pass: [inOrder, 'close: may be called again'],
  },
  'is never closed': {
    make: (options) => changed(inline(options), { close: async () => {} }),
    fail: { 'close: lets what runs finish': /expected a rejection|expected the case to end/ },
    pass: [inOrder],
  },
  'tells nothing': {
    make: (options) => changed(inline(options), { events$: EMPTY }),
    fail: { 'ready: starts all threads, and events$': /expected the case to end/ },
    pass: [inOrder],
  },
  'counts nothing': {
    make: (options) => {
      const pool = inline(options)
      const stats = { ...pool.stats }
      return changed(pool, { stats })
    },
    fail: { 'stats: count': /while one is held: expected .*inFlight: 1, queued: 9/ },
    pass: [inOrder],
  },
}

describe.each(Object.entries(pools))('a pool that %s', (_name, { make, fail, pass }) => {
  const runOf = (beginning: string, timeout: number) => {
    const cases = poolContract(make, { timeout })
    const [found, ...others] = cases.filter(({ name }) => name.startsWith(beginning))
    expect([beginning, others]).toEqual([beginning, []])
    return found!.run()
  }

  it.each(Object.entries(fail))('fails: %s', async (beginning, message) => {
    // What never comes is waited for till then; all else may take its time.
    const mayHang = message.test('expected the case to end, got nothing more within 1000 ms')
    await expect(runOf(beginning, mayHang ? 1000 : 50_000)).rejects.toThrow(message)
  })

  it('passes what it keeps', async () => {
    for (const beginning of pass) await runOf(beginning, 50_000)
  })
})

describe('poolContract', () => {
  it('has a name of its own for each case', () => {
    const names = poolContract(inline).map(({ name }) => name)
    expect(names.length).toBeGreaterThan(80)
    expect(new Set(names).size).toBe(names.length)
  })

  it('leaves out what needs more than the pool has', () => {
    const least = poolContract(inline).map(({ name }) => name)
    for (const capability of ['sharedMemory', 'transfer', 'crash', 'endlessLoops', 'cancelledInLoops']) {
      const more = poolContract(inline, { [capability]: true }).map(({ name }) => name)
      expect(more.length).toBeGreaterThan(least.length)
      expect(more).toEqual(expect.arrayContaining(least))
    }
  })

  it('refuses what it cannot use, and says so', () => {
    const bad = [
      [undefined, {}, 'makePool must be a function, got undefined'],
      [inline, { crashes: true }, "there is no option 'crashes'"],
      [inline, { crash: 'yes' }, "crash must be true or false, got 'yes'"],
      [inline, { timeout: -1 }, 'timeout must be a number of milliseconds'],
    ] as const
    for (const [makePool, options, message] of bad) {
      const error = thrownBy(() => poolContract(makePool as never, options as never))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.message).toContain(`poolContract: ${message}`)
    }
  })

  it('fails with what the pool cannot be made for', async () => {
    const [first] = poolContract(() => {
      throw new RangeError('no pool today')
    })
    await expect(first!.run()).rejects.toThrow('no pool today')
  })
})
