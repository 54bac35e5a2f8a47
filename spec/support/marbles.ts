import { TestScheduler } from 'rxjs/testing'
import { expect } from 'vitest'

type RunHelpers = Parameters<Parameters<TestScheduler['run']>[0]>[0]

/** Runs a marble test in virtual time. */
export function marbles(run: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toStrictEqual(expected)).run(run)
}
