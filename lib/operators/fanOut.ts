import type { OperatorFunction } from 'rxjs'
import { Observable, Subscriber } from 'rxjs'
import { offerDemand } from '../flow/demand.js'
import { ItemFlow } from '../flow/itemFlow.js'
import { LocalFlow } from '../flow/localFlow.js'
import type { Route } from '../flow/router.js'
import { Router } from '../flow/router.js'
import { StageFlow } from '../flow/stageFlow.js'
import { badArgument, checkCount, checkNames, checkWord } from '../pool/checks.js'
import { localThreadId } from '../pool/node/localThread.js'
import type { Admitted, AnyRef, ItemOf, StageRef, TaskRef } from '../pool/seam.js'
import { backend } from '../pool/seam.js'
import { isRef } from '../pool/taskRefs.js'
import { traceOf } from '../pool/traceOf.js'
import { describe } from '../wire/describe.js'
import type { Branch, StartBranch } from './branch.js'
import { BranchEnd } from './branch.js'
import type { AnyFlow } from './deferredFlow.js'
import { DeferredFlow } from './deferredFlow.js'

/**
 * Options of {@link fanOut}.
 *
 * @example
 * ```ts
 * const options: FanOutOptions<number> = { branches: 2, route: (n) => n % 2 }
 * range(1, 6)
 *   .pipe(
 *     fanOut(pool.tasks.square, options),
 *     mergeMap((branch) => branch.pipe(toArray())),
 *     toArray(),
 *   )
 *   .subscribe((branches) => console.log(branches.sort()))
 * // → [ [ 1, 9, 25 ], [ 4, 16, 36 ] ]
 * ```
 */
export interface FanOutOptions<T> {
  /** How many branches, at least 1. Default: the pool's size. Branch `i` runs in thread `i` of the pool, modulo its size. */
  readonly branches?: number
  /**
   * Which branch gets a value. `'balance'`: whoever has room. `'roundRobin'`: each in turn. `'broadcast'`: all of them,
   * at the pace of the slowest. A function gives a key: values of one key go to one branch, in their order. Default:
   * `'balance'`.
   */
  readonly route?: Route<T>
}

const caller = 'fanOut'

/**
 * Values that may wait for a branch whose keys no other may take: while its thread is held up by a long item, the others
 * get theirs.
 */
const roomOfABranch = 256

/**
 * Spreads a stream over branches, each of which runs a stage (or a task) in a thread of its own, and emits the
 * branches: a higher-order Observable, as `groupBy` gives. {@link fanIn} brings them together again.
 *
 * ```marble
 * source:    -1--2--3--4--|
 * fanOut(stage, { branches: 2, route: 'roundRobin' })
 * branch 0:  --a-----c------|      branch 0: the stage over 1, 3
 * branch 1:  -----b-----d---|      branch 1: the stage over 2, 4
 * ```
 *
 * - All branches are emitted on subscription, and then it completes; the source is subscribed when the first branch is.
 * - A branch completes when its stage does: after the source's completion for most. When all have ended, or nobody
 *   listens to any, the source is unsubscribed.
 * - An error of the source comes out of every branch at once. What fails in one branch fails that branch.
 * - With `'balance'` and a source that is read with {@link pull}, a value is read when some branch has room; with the
 *   other routes, when the branches have. A branch that nobody subscribes keeps what is routed to it.
 * - Give it a number instead of a stage, and the branches stay on this thread.
 *
 * @param stage a stage or a task of a pool (`pool.tasks.NAME`), or how many branches.
 * @throws ParallelError `INVALID_ARGUMENT` for a bad argument. Branches emit what the stage throws, PoolClosedError,
 *   WorkerStartError, WorkerCrashError (the stage's state is lost with its thread), CloneError; every branch what a
 *   route function throws.
 *
 * @example
 * ```ts
 * const means$ = of(2, 4, 9).pipe(fanOut(pool.tasks.runningMean, { branches: 1 }), fanIn())
 * means$.subscribe(console.log) // → 2, 3, 5
 * ```
 */
export function fanOut<T, R>(
  stage: StageRef<T, R>,
  options?: FanOutOptions<T>,
): OperatorFunction<T, Branch<R>>
export function fanOut<A extends readonly unknown[], R>(
  task: TaskRef<A, R>,
  options?: FanOutOptions<ItemOf<A>>,
): OperatorFunction<ItemOf<A>, Branch<R>>
export function fanOut<T>(
  branches: number,
  options?: Omit<FanOutOptions<T>, 'branches'>,
): OperatorFunction<T, Branch<T>>
export function fanOut(
  target: unknown,
  options: FanOutOptions<never> = {},
): OperatorFunction<unknown, Branch<unknown>> {
  const { count, route, start } = checkArguments(target, options)
  return (source) =>
    new Observable((subscriber) => {
      const fan = new FanOut(source, count(), route as Route<unknown>, start)
      fan.emitTo(subscriber)
    })
}

function checkArguments(
  target: unknown,
  options: FanOutOptions<never>,
): { count: () => number; route: Route<never>; start: StartBranch<unknown, unknown> } {
  checkNames(caller, options, ['branches', 'route'])
  const { branches, route = 'balance' } = options
  if (typeof route !== 'function')
    checkWord(caller, 'route (or a function that gives a key)', route, ['balance', 'roundRobin', 'broadcast'])
  if (branches !== undefined) checkCount(caller, 'branches', branches, 1)
  if (isRef(target))
    return {
      count: () => branches ?? target[backend].size,
      route,
      start: inThread(target, typeof route === 'function' ? roomOfABranch : 1),
    }
  if (typeof target !== 'number')
    throw badArgument(
      caller,
      `expected a stage or a task (pool.tasks.NAME), or how many branches, got ${describe(target)}`,
    )
  if (branches !== undefined)
    throw badArgument(caller, 'how many branches is said twice: by the first argument and by the option')
  checkCount(caller, 'how many branches', target, 1)
  return { count: () => target, route, start: here }
}

/** One subscription: its branches, and the source that they share. */
class FanOut {
  private readonly ends: BranchEnd<unknown, unknown>[]
  private readonly router: Router<unknown>
  private input: Subscriber<unknown> | undefined
  private emitted = false

  constructor(
    private readonly source: Observable<unknown>,
    count: number,
    route: Route<unknown>,
    start: StartBranch<unknown, unknown>,
  ) {
    const opened = () => this.startSource()
    const changed = () => this.changed()
    this.ends = Array.from({ length: count }, (_, index) => new BranchEnd(index, start, opened, changed))
    this.router = new Router(this.ends, route)
  }

  emitTo(subscriber: Subscriber<Branch<unknown>>): void {
    for (const end of this.ends) {
      // Somebody has had enough of branches: those that are left will never be subscribed.
      if (subscriber.closed) end.close()
      else subscriber.next(end.stream)
    }
    this.emitted = true
    subscriber.complete()
    this.startSource()
  }

  /** When all branches are out, so that a synchronous source reaches each of them; and when somebody listens. */
  private startSource(): void {
    this.changed()
    if (this.input || !this.emitted || !this.ends.some((end) => end.state === 'open')) return
    const input = new Subscriber<unknown>({
      next: (value) => this.push(value),
      error: (error: unknown) => this.abort(error),
      complete: () => this.endSource(),
    })
    this.input = input
    offerDemand(this.router.demand, () => this.source.subscribe(input))
  }

  private push(value: unknown): void {
    try {
      this.router.push(value)
    } catch (thrown) {
      this.input?.unsubscribe()
      this.abort(thrown)
    }
  }

  private abort(error: unknown): void {
    for (const end of this.ends) end.abort(error)
  }

  private sourceEnded = false

  private endSource(): void {
    this.sourceEnded = true
    this.endBranches()
  }

  private endBranches(): void {
    if (!this.sourceEnded || !this.router.isEmpty) return
    for (const end of this.ends) end.end()
  }

  private changed(): void {
    this.router.changed()
    this.endBranches()
    if (this.emitted && this.ends.every((end) => end.state === 'closed')) this.input?.unsubscribe()
  }
}

/** Branches that stay on this thread. */
const here: StartBranch<unknown, unknown> = (subscriber, _index, below, changed) => {
  const flow = new LocalFlow<unknown>(subscriber, below, changed)
  return { flow, threadId: localThreadId }
}

/** Branches that run in threads: as a stage, or item by item, which only the thread can tell. */
function inThread(ref: AnyRef, leastRoom: number): StartBranch<unknown, unknown> {
  const trace = traceOf(fanOut)
  const pool = ref[backend]
  const task = { name: ref.name }
  return (subscriber, index, below, changed) => {
    const asStage = (admitted: Admitted): AnyFlow => {
      const flow = new StageFlow<unknown, unknown>(task, subscriber, below, trace, changed, leastRoom)
      subscriber.add(flow.open(admitted, index))
      return flow
    }
    const asTask = (admitted: Admitted): AnyFlow => {
      const steps = [{ task, spread: false, caller: trace }]
      const flow = new ItemFlow<unknown, unknown>(subscriber, {
        steps,
        pin: index,
        batchSize: pool.batchSizeOf(steps, 'auto'),
        ordered: true,
        concurrency: Number.POSITIVE_INFINITY,
        bufferSize: Number.POSITIVE_INFINITY,
        bufferBytes: Number.POSITIVE_INFINITY,
        overflow: 'error',
        place: (item) => `items[${item}]`,
        transfer: undefined,
        replace: undefined,
        below,
        leastRoom,
        changed,
      })
      flow.attach(admitted)
      return flow
    }
    const flow = new DeferredFlow(subscriber, changed)
    const giveUp = pool.manifest(
      (manifest, admitted) =>
        flow.resolve(() => (manifest[ref.name] === 'stage' ? asStage(admitted) : asTask(admitted))),
      (error) => flow.abort(error),
    )
    subscriber.add(giveUp)
    return { flow, threadId: () => flow.threadId ?? pool.threadIdAt(index) }
  }
}
