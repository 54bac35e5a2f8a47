/**
 * What a pool under test serves.
 * @module
 */
import { map, range, take } from 'rxjs'
import type { TaskContext } from '../../worker/context.js'
import type { StageSource } from '../../worker/expose.js'
import { stage, task } from '../../worker/expose.js'
import { tally, tell, told } from './board.js'
import { portrait } from './portrait.js'
import type { ThrownName } from './thrown.js'
import { thrown } from './thrown.js'

/** An item that waits for others in its thread. */
export interface Meeting<T> {
  /** What it tells as it begins. */
  readonly tells?: string
  /** What it waits for then. */
  readonly awaits?: string
  readonly value: T
}

/** An item that says that it has begun, and what it does then. */
export interface Act {
  /** Tallied as it begins; told the name of the signal's reason, or `left`, as it ends. */
  readonly name: string
  readonly does: 'hold' | 'fail' | 'end'
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve))

/** Never comes to an end but by that of its thread. */
function dieHere(): Promise<never> {
  if (typeof process === 'object' && typeof process.exit === 'function') process.exit(9)
  setTimeout(() => {
    throw new Error('which nobody catches')
  })
  return new Promise(() => {})
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

const endOf = ({ signal }: TaskContext) =>
  signal.aborted ? String((signal.reason as Partial<Error>)?.name) : 'left'

/**
 * The tasks and the stages that a pool must serve to be tested by {@link poolContract}. They are values: whoever imports
 * them serves nothing yet.
 *
 * @example
 * ```ts
 * // contract.worker.ts
 * import { contractTasks } from 'rxjs-parallel/testing'
 * import { expose } from 'rxjs-parallel/worker'
 *
 * export default expose(contractTasks)
 * ```
 */
export const contractTasks = {
  // One result.
  identity: (value: unknown) => value,
  double: (n: number) => n * 2,
  argumentsOf: (...args: unknown[]) => args,
  portraitOf: (value: unknown) => portrait(value),
  later: async (value: unknown) => {
    await nextTurn()
    return value
  },
  failAt3: (n: number) => {
    if (n === 3) throw new RangeError('failed at 3')
    return n
  },
  /** At 3 it is what can't be sent. */
  unsendableAt3: (n: number): unknown => (n === 3 ? { items: [{ onDone: () => n }] } : n),

  // Many.
  *upTo(n: number) {
    for (let i = 1; i <= n; i++) yield i
  },
  async *upToLater(n: number) {
    for (let i = 1; i <= n; i++) {
      await nextTurn()
      yield i
    }
  },
  upToObserved: (n: number) => range(1, n),
  *each(values: readonly unknown[]) {
    yield* values
  },
  *upToThenFail(n: number) {
    for (let i = 1; i <= n; i++) yield i
    throw new RangeError('failed at the end')
  },
  /** Tallies what it yields, and tells when it is left. */
  *produce(name: string, count: number) {
    try {
      for (let n = 0; n < count; n++) {
        tally(name)
        yield n
      }
    } finally {
      tell(name, 'ended')
    }
  },

  // Errors.
  throwing: (name: ThrownName): unknown => {
    throw thrown[name]()
  },
  rejecting: async (name: ThrownName): Promise<unknown> => {
    throw thrown[name]()
  },
  // biome-ignore lint/correctness/useYield: it is to fail before it does
  *generating(name: ThrownName): Generator<unknown> {
    throw thrown[name]()
  },
  failTimes: ({ name, times }: { readonly name: string; readonly times: number }) => {
    const run = tally(name)
    if (run <= times) throw new RangeError(`run ${run}`)
    return run
  },

  // Context.
  contextOf: task((value: unknown, context) => ({
    threadId: context.threadId,
    hasSignal: context.signal instanceof AbortSignal,
    aborted: context.signal.aborted,
    cancelled: context.cancelled,
    shared: context.shared !== null && typeof context.shared,
    transfers: context.transfer(value, []) === value,
  })),
  threadId: task((_value: unknown, { threadId }) => threadId),
  sum: (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0),
  bytes: task((length: number, { transfer }) => {
    const bytes = new Uint8Array(length).fill(7)
    return transfer(bytes, [bytes.buffer])
  }),
  /** Moves its result away, and tells later what is left of it here. */
  bytesAway: task((name: string, { transfer }) => {
    const bytes = new Uint8Array(8)
    setTimeout(() => tell(name, bytes.length))
    return transfer(bytes, [bytes.buffer])
  }),
  increment: (shared: Int32Array) => Atomics.add(shared, 0, 1),

  // What meets in one thread.
  tell: (name: string, value: unknown = undefined) => tell(name, value),
  told: (name: string) => told(name),
  tallyOf: (name: string) => tally(name, 0),
  meet: async ({ tells, awaits, value }: Meeting<unknown>) => {
    if (tells !== undefined) tell(tells, undefined)
    if (awaits !== undefined) await told(awaits)
    return value
  },
  /** How many of these were in progress at once. */
  atOnce: async (name: string) => {
    const active = tally(name)
    await nextTurn()
    tally(name, -1)
    return active
  },
  act: task(async function* ({ name, does }: Act, context) {
    try {
      tally(name)
      yield 'began'
      if (does === 'hold') await aborted(context.signal)
      else if (does === 'fail') throw new RangeError('failed')
    } finally {
      tell(name, endOf(context))
    }
  }),
  /** Says that it has begun, waits to be told to go on, and loops until it is cancelled. */
  loop: task(async function* ({ name, awaits }: { readonly name: string; readonly awaits: string }, context) {
    yield 'began'
    await told(awaits)
    while (!context.cancelled) tally('turns')
    tell(name, 'cancelled')
  }),

  // What costs its thread.
  crashIf: ({ value, crash }: { readonly value?: unknown; readonly crash?: boolean }): unknown =>
    crash ? dieHere() : value,
  hangIf: ({ value, hang }: { readonly value?: unknown; readonly hang?: boolean }) => {
    // Not an empty loop: a bundler takes that for nothing and leaves it out.
    while (hang) tally('turns')
    return value
  },

  // Stages.
  pass: stage(async function* (source: StageSource<unknown>) {
    yield* source
  }),
  passNumbers: stage((source: StageSource<number>) => source.pipe(map((n) => n))),
  runningSum: stage(async function* (source: StageSource<number>) {
    let sum = 0
    for await (const n of source) yield (sum += n)
  }),
  collect: stage(async function* (source: StageSource<unknown>) {
    const values: unknown[] = []
    for await (const value of source) values.push(value)
    yield values
  }),
  firstTwo: stage((source: StageSource<unknown>) => source.pipe(take(2))),
  stageFailAt3: stage(async function* (source: StageSource<number>) {
    for await (const n of source) {
      if (n === 3) throw new RangeError('failed at 3')
      yield n
    }
  }),
  stageFailAtOnce: stage((_source: StageSource<unknown>): unknown[] => {
    throw new TypeError('failed before it began')
  }),
  threadOf: stage(async function* (source: StageSource<unknown>, { threadId }) {
    for await (const value of source) yield { value, threadId }
  }),
  meetEach: stage(async function* (source: StageSource<Meeting<number>>) {
    for await (const { tells, awaits, value } of source) {
      if (tells !== undefined) tell(tells, undefined)
      if (awaits !== undefined) await told(awaits)
      yield value
    }
  }),
  /** Passes values on until it is given `stuck`. */
  stuckAt: stage(async function* (source: StageSource<unknown>, { signal }) {
    for await (const value of source) {
      if (value === 'stuck') await aborted(signal)
      yield value
    }
  }),
  /** Is given its name first. Tells how it ended. */
  toldEnd: stage(async function* (source: StageSource<string>, context) {
    let name = ''
    try {
      for await (const value of source) {
        name ||= value
        yield value
      }
    } finally {
      tell(name, endOf(context))
    }
  }),
}
