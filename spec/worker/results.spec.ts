import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CloneError } from '../../lib/errors.js'
import { decodeError } from '../../lib/wire/errorCodec.js'
import type { ResultsMessage as AnyResults, FromThread } from '../../lib/wire/messages.js'
import { itemState } from '../../lib/wire/messages.js'
import { Results } from '../../lib/worker/results.js'

interface Outcome {
  values: unknown[]
  end: 'complete' | { failed: any } | undefined
}

/** A thread's way out: clones messages as a port does. */
function setUp() {
  const messages: ResultsMessage[] = []
  const post = (message: FromThread, transfer?: Transferable[]) => {
    messages.push(structuredClone(message, transfer ? { transfer } : undefined) as ResultsMessage)
  }
  return { results: new Results(3, post, 0), messages }
}

/** Numbers aren't packed here yet. */
type ResultsMessage = Omit<AnyResults, 'values'> & { readonly values: readonly unknown[] }

/** What messages say of each item, as the main side would understand them. Throws where they contradict themselves. */
function decode(messages: readonly ResultsMessage[]): Map<number, Outcome> {
  const outcomes = new Map<number, Outcome>()
  const add = (item: number, values: readonly unknown[], end: Outcome['end']) => {
    const outcome: Outcome = outcomes.get(item) ?? { values: [], end: undefined }
    if (outcome.end !== undefined) throw new Error(`item ${item} has ended already`)
    outcome.values.push(...values)
    outcome.end = end
    outcomes.set(item, outcome)
  }
  for (const { first, values, layout, errors = [] } of messages) {
    if (!layout) {
      for (const [i, value] of values.entries()) add(first + i, [value], 'complete')
      if (errors.length > 0) throw new Error('errors of no item')
      continue
    }
    let at = 0
    let failures = 0
    for (let t = 0; t < layout.length; t += 3) {
      const [item, count, state] = layout.slice(t, t + 3) as [number, number, number]
      const end =
        state === itemState.open
          ? undefined
          : state === itemState.complete
            ? 'complete'
            : { failed: decodeError(errors[failures++]!) }
      add(item, values.slice(at, (at += count)), end)
    }
    if (at !== values.length) throw new Error(`${values.length - at} values of no item`)
    if (failures !== errors.length) throw new Error(`${errors.length - failures} errors of no item`)
  }
  return outcomes
}

/** What an item does: one result, or many of them and an end. */
type Plan = { kind: 'single'; value: unknown } | { kind: 'many'; values: unknown[]; fails: boolean }

const uncloneable = Symbol('can not be cloned')
const good = fc.oneof(fc.integer(), fc.string(), fc.constantFrom(undefined, null), fc.object({ maxDepth: 1 }))
const bad = fc.constantFrom(uncloneable, () => {}, { deep: [uncloneable] }, Promise.resolve(), new WeakMap())

const planOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Plan> =>
  fc.oneof(
    fc.record({ kind: fc.constant('single' as const), value }),
    fc.record({
      kind: fc.constant('many' as const),
      values: fc.array(value, { maxLength: 5 }),
      fails: fc.boolean(),
    }),
  )

/** Items, in which order they go on (concurrently, or one after the other), and where messages end. */
function runs(value: fc.Arbitrary<unknown>) {
  return fc.array(planOf(value), { maxLength: 12 }).chain((plans) => {
    const turns = plans.flatMap((plan, i) =>
      plan.kind === 'single' ? [i] : [...plan.values.map(() => i), i],
    )
    return fc.record({
      plans: fc.constant(plans),
      turns: fc.oneof(
        fc.constant(turns),
        fc.shuffledSubarray(turns, { minLength: turns.length, maxLength: turns.length }),
      ),
      flushes: fc.array(fc.boolean(), { minLength: turns.length, maxLength: turns.length }),
    })
  })
}

/** Does what the items do; also goes on with those that have failed since, as a task may for a while. */
function run(
  results: Results,
  { plans, turns, flushes }: { plans: Plan[]; turns: number[]; flushes: boolean[] },
): void {
  const done = plans.map(() => 0)
  for (const [step, item] of turns.entries()) {
    const plan = plans[item]!
    const at = done[item]!++
    if (plan.kind === 'single') results.single(item, plan.value)
    else if (at < plan.values.length) results.emit(item, plan.values[at])
    else if (plan.fails) results.fail(item, `error of ${item}`)
    else results.complete(item)
    if (flushes[step]) results.flush(step)
  }
  results.flush(turns.length)
}

function expected(plan: Plan, item: number): Outcome {
  if (plan.kind === 'single') return { values: [plan.value], end: 'complete' }
  return { values: plan.values, end: plan.fails ? { failed: `error of ${item}` } : 'complete' }
}

const isBad = (value: unknown) => {
  try {
    structuredClone(value)
    return false
  } catch {
    return true
  }
}

describe('Results', () => {
  it('says of every item what became of it, each once', () => {
    fc.assert(
      fc.property(runs(good), (planned) => {
        const { results, messages } = setUp()
        run(results, planned)
        const outcomes = decode(messages)
        for (const [item, plan] of planned.plans.entries())
          expect(outcomes.get(item)).toEqual(expected(plan, item))
        expect(outcomes.size).toBe(planned.plans.length)
      }),
      { numRuns: 500 },
    )
  })

  it('lets an item fail by itself whose values can not be sent, after those before', () => {
    const value = fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: bad })
    fc.assert(
      fc.property(runs(value), (planned) => {
        const { results, messages } = setUp()
        run(results, planned)
        const outcomes = decode(messages)
        expect(outcomes.size).toBe(planned.plans.length)
        for (const [item, plan] of planned.plans.entries()) {
          const outcome = outcomes.get(item)!
          const { values, end } = expected(plan, item)
          const first = values.findIndex(isBad)
          if (first === -1) {
            expect(outcome).toEqual({ values, end })
            continue
          }
          expect(outcome.values).toEqual(values.slice(0, first))
          const { failed } = outcome.end as { failed: any }
          // An error of its own that was told with them stays.
          if (typeof failed === 'string') expect({ failed }).toEqual(end)
          else expect(failed).toBeInstanceOf(CloneError)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('sends plain results as they are, without a layout', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer()),
        fc.nat(100),
        fc.integer({ min: 1, max: 20 }),
        (values, start, every) => {
          const { results, messages } = setUp()
          for (const [i, value] of values.entries()) {
            results.single(start + i, value)
            if (results.size === every) results.flush(0)
          }
          results.flush(0)
          expect(messages.map(({ layout, errors }) => layout ?? errors)).toEqual(
            messages.map(() => undefined),
          )
          expect(messages.flatMap((message) => message.values)).toEqual(values)
          let next = start
          for (const { first, values: some } of messages) {
            expect(first).toBe(next)
            next += some.length
          }
        },
      ),
    )
  })

  it('names its channel and its batch', () => {
    const { results, messages } = setUp()
    results.single(0, 'x')
    results.flush(1)
    expect(messages[0]).toMatchObject({ type: 'results', batch: 3 })
  })

  it('sends nothing where there is nothing', () => {
    const { results, messages } = setUp()
    expect(results.isEmpty).toBe(true)
    results.flush(5)
    expect(messages).toEqual([])
    results.complete(0)
    expect(results.isEmpty).toBe(false)
    results.flush(6)
    results.flush(7)
    expect(messages).toHaveLength(1)
  })

  it('tells how long it worked since the message before', () => {
    const { results, messages } = setUp()
    results.began(10)
    results.single(0, 'a')
    results.flush(13)
    expect(results.lastSent).toBe(13)
    results.single(1, 'b')
    results.flush(20)
    expect(messages.map(({ busy }) => busy)).toEqual([3, 7])
  })

  it('says that no more is wanted of an item that has failed since', () => {
    const { results, messages } = setUp()
    expect(results.emit(0, 'good')).toBe(true)
    expect(results.emit(0, uncloneable)).toBe(true)
    results.flush(1)
    expect(results.emit(0, 'late')).toBe(false)
    expect(results.emit(1, 'of another')).toBe(true)
    results.complete(0)
    results.fail(0, 'late')
    results.complete(1)
    results.flush(2)
    expect(decode(messages).get(1)).toEqual({ values: ['of another'], end: 'complete' })
  })
})

describe('the error for a result that can not be sent', () => {
  function failureOf(messages: readonly ResultsMessage[], item: number): any {
    return (decode(messages).get(item)!.end as { failed: any }).failed
  }

  it('says where in it the fault lies', () => {
    const { results, messages } = setUp()
    results.single(0, 'good')
    results.single(1, { onDone: () => {} })
    results.flush(1)
    expect(decode(messages).get(0)).toEqual({ values: ['good'], end: 'complete' })
    const error = failureOf(messages, 1)
    expect(error.path).toBe('result.onDone')
    expect(error.message).toBe("result.onDone is a function and can't be sent from a thread")
  })

  it('says which of many it is', () => {
    const { results, messages } = setUp()
    for (const value of ['a', 'b', [uncloneable]]) results.emit(0, value)
    results.complete(0)
    results.flush(1)
    expect(failureOf(messages, 0).path).toBe('results[2][0]')
  })

  it('counts from the first of many, wherever a message ended', () => {
    const { results, messages } = setUp()
    for (const value of ['a', 'b', uncloneable]) {
      results.emit(0, value)
      results.flush(1)
    }
    expect(failureOf(messages, 0).path).toBe('results[2]')
  })

  it.each<[string, () => unknown]>([
    ['a proxy', () => new Proxy({ a: 1 }, {})],
    [
      'a getter that throws',
      () => ({
        get value(): never {
          throw new Error('of a getter')
        },
      }),
    ],
    ['a function beside the elements of an array', () => Object.assign([1], { onDone: () => {} })],
    ['a Map with a key that has no words', () => new Map([[Object.create(null), () => {}]])],
  ])('concerns no other item: %s', (_name, make) => {
    const { results, messages } = setUp()
    results.single(0, 'before')
    results.single(1, make())
    results.single(2, 'after')
    results.flush(1)
    const outcomes = decode(messages)
    expect(outcomes.get(0)).toEqual({ values: ['before'], end: 'complete' })
    expect(outcomes.get(2)).toEqual({ values: ['after'], end: 'complete' })
    expect(failureOf(messages, 1)).toBeInstanceOf(CloneError)
  })
})

describe('what is to be moved', () => {
  it('is moved with the next message', () => {
    const { results, messages } = setUp()
    const buffer = new ArrayBuffer(8)
    results.toTransfer([buffer])
    results.single(0, { buffer })
    results.flush(1)
    expect(buffer.byteLength).toBe(0)
    expect((messages[0]!.values[0] as { buffer: ArrayBuffer }).buffer.byteLength).toBe(8)
    // And not once more.
    results.single(1, 'next')
    results.flush(2)
    expect(decode(messages).get(1)).toEqual({ values: ['next'], end: 'complete' })
  })

  it('is moved though another item can not be sent', () => {
    const { results, messages } = setUp()
    const buffer = new ArrayBuffer(8)
    results.single(0, uncloneable)
    results.toTransfer([buffer])
    results.single(1, buffer)
    results.flush(1)
    const outcomes = decode(messages)
    expect((outcomes.get(0)!.end as { failed: unknown }).failed).toBeInstanceOf(CloneError)
    expect((outcomes.get(1)!.values[0] as ArrayBuffer).byteLength).toBe(8)
    expect(buffer.byteLength).toBe(0)
  })

  it('can be moved once', () => {
    const { results } = setUp()
    const buffer = new ArrayBuffer(8)
    results.toTransfer([buffer])
    expect(() => results.toTransfer([buffer])).toThrow(CloneError)
    results.single(0, buffer)
    results.flush(1)
    expect(() => results.toTransfer([buffer])).toThrow(CloneError)
  })

  it('fails what came with it where it can not be moved', () => {
    const { results, messages } = setUp()
    results.toTransfer([{} as Transferable])
    results.single(0, 'fine by itself')
    results.flush(1)
    expect((decode(messages).get(0)!.end as { failed: unknown }).failed).toBeInstanceOf(CloneError)
    results.single(1, 'after')
    results.flush(2)
    expect(decode(messages).get(1)).toEqual({ values: ['after'], end: 'complete' })
  })
})
