/**
 * What users hold of a pool, whatever runs behind it.
 * @module
 */
import { map, Observable } from 'rxjs'
import { describe } from '../wire/describe.js'
import { addCaller } from '../wire/errorCodec.js'
import { badArgument } from './checks.js'
import type { Diagnostics } from './diagnostics.js'
import { lastResult } from './lastResult.js'
import type { PoolSize } from './poolSize.js'
import { checkSize } from './poolSize.js'
import type { AnyRef, Pool, PoolBackend, PoolEvent, PoolStats, RunOptions, TaskRef, TasksOf } from './seam.js'
import { backend } from './seam.js'
import { isRef, taskRefs } from './taskRefs.js'
import { traceOf } from './traceOf.js'

/** What a pool's life is led by, beside what operators ask of it. */
export interface ManagedBackend extends PoolBackend {
  readonly stats: PoolStats
  ready(): Promise<void>
  resize(bounds: { min: number; max: number }): Promise<void>
  close(): Promise<void>
  terminate(): Promise<void>
}

/**
 * Where a test runner gives each test file a realm of its own, Node 20 and 22 don't know this symbol in it. Compilers
 * of `await using` then take this one.
 */
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

export class BackendPool<M> implements Pool<M> {
  readonly tasks: TasksOf<M>
  readonly events$: Observable<PoolEvent>
  readonly stats$: Observable<PoolStats>
  readonly [backend]: ManagedBackend

  constructor(
    managed: ManagedBackend,
    events: Observable<PoolEvent>,
    private readonly diagnostics?: Diagnostics,
  ) {
    this[backend] = managed
    this.tasks = taskRefs(managed) as unknown as TasksOf<M>
    this.events$ = new Observable((subscriber) => events.subscribe(subscriber))
    this.stats$ = everySecond().pipe(map(() => this.stats))
    diagnostics?.created(this)
  }

  get size(): number {
    return this[backend].size
  }

  get stats(): PoolStats {
    return this[backend].stats
  }

  async run<A extends readonly unknown[], R>(
    ref: TaskRef<A, R>,
    ...args: A | [...args: A, options: RunOptions]
  ): Promise<R> {
    if (!isRef(ref))
      throw badArgument('run', `expected a task of this pool (pool.tasks.NAME), got ${describe(ref)}`)
    try {
      return await this.start<R>(ref, args)
    } catch (error) {
      // Here, after the await, V8 knows who awaits this; to ask it beforehand would cost as much as the whole trip.
      addCaller(error, traceOf(this.run))
      throw error
    }
  }

  private start<R>(ref: AnyRef, args: readonly unknown[]): Promise<R> {
    const { diagnostics } = this
    if (!diagnostics?.hearsRuns) return lastResult<R>(ref, args)
    return diagnostics.run(ref, args, () => lastResult<R>(ref, args))
  }

  ready(): Promise<void> {
    return this[backend].ready()
  }

  async resize(size: PoolSize): Promise<void> {
    await this[backend].resize(checkSize('resize', size))
  }

  close(): Promise<void> {
    return this.tellEnd(this[backend].close())
  }

  terminate(): Promise<void> {
    return this.tellEnd(this[backend].terminate())
  }

  private async tellEnd(ending: Promise<void>): Promise<void> {
    await ending
    this.diagnostics?.closed()
  }

  [asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** At once and then each second. Not RxJS's timer, which keeps the process alive. */
function everySecond(): Observable<void> {
  return new Observable((subscriber) => {
    subscriber.next()
    const timer = setInterval(() => subscriber.next(), 1000)
    if (typeof timer === 'object') timer.unref()
    return () => clearInterval(timer)
  })
}
