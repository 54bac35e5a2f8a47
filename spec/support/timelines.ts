/**
 * Streams made up at random, and what an operator does with them: for comparing two operators that are to do the same.
 * @module
 */
import * as fc from 'fast-check'
import type { Observable } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'

type RunHelpers = Parameters<Parameters<TestScheduler['run']>[0]>[0]

/** When a stream emits its values, and how it ends: `''` never. */
interface Timeline {
  readonly gaps: readonly number[]
  readonly end: '|' | '#' | ''
}

/** So far apart that no two things happen in the same frame: their order would be anybody's guess. */
const gap = fc.noBias(fc.integer({ min: 1, max: 1_000_000_000 }))
const letters = 'abcdefghij'

export const timeline = (maxLength: number): fc.Arbitrary<Timeline> =>
  fc.record({
    gaps: fc.array(gap, { maxLength: Math.min(maxLength, letters.length) }),
    end: fc.constantFrom('|', '|', '|', '|', '|', '#', ''),
  })

/** When whoever subscribes has had enough. */
export const patience = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), gap)

/** In marbles, of the letters a to j. */
export function marblesOf({ gaps, end }: Timeline): string {
  const values = gaps.map((gap, i) => `${gap}ms ${letters[i]}`)
  return [...values, `7ms ${end || '-'}`].join(' ')
}

interface Scene {
  readonly result: Observable<unknown>
  /** What is subscribed meanwhile. */
  readonly sources: readonly { readonly subscriptions: readonly unknown[] }[]
}

/** What a stream emits in virtual time, with its frames, and when its sources were subscribed and unsubscribed. */
export function courseOf(unsubscribeAt: number, setUp: (helpers: RunHelpers) => Scene): unknown {
  const scheduler = new TestScheduler(() => {})
  const events: unknown[] = []
  let scene: Scene | undefined
  scheduler.run((helpers) => {
    scene = setUp(helpers)
    const note = (event: unknown) => events.push([scheduler.frame, event])
    const subscription = scene.result.subscribe({
      next: (value) => note({ value }),
      error: (error) => note({ error }),
      complete: () => note('complete'),
    })
    if (unsubscribeAt < Number.POSITIVE_INFINITY)
      scheduler.schedule(() => subscription.unsubscribe(), unsubscribeAt)
  })
  return { events, subscriptions: scene!.sources.map(({ subscriptions }) => [...subscriptions]) }
}
