/**
 * RxJS operators that run work on other threads.
 * @module rxjs-parallel
 */
export {
  CloneError,
  isParallelError,
  OverflowError,
  ParallelError,
  type ParallelErrorCode,
  PoolClosedError,
  TaskTimeoutError,
  WorkerCrashError,
  WorkerStartError,
} from './errors.js'
export type { Branch } from './operators/branch.js'
export { type FanInOptions, fanIn } from './operators/fanIn.js'
export { type FanOutOptions, fanOut } from './operators/fanOut.js'
export { fromTask } from './operators/fromTask.js'
export {
  type InlineOptions,
  type ParallelMapOptions,
  parallelMap,
  type WithSpread,
} from './operators/parallelMap.js'
export { type PullSource, pull } from './operators/pull.js'
export type { RetryOptions } from './operators/retry.js'
export { type ToAsyncIterableOptions, toAsyncIterable } from './operators/toAsyncIterable.js'
export type { ThreadPoolOptions } from './pool/poolOptions.js'
export type { PoolSize } from './pool/poolSize.js'
export type {
  Emitted,
  ItemOf,
  Pool,
  PoolEvent,
  PoolStats,
  RefOf,
  RunOptions,
  SharedOf,
  StageRef,
  TaskRef,
  TasksOf,
  ThreadStats,
} from './pool/seam.js'
export { threadPool } from './pool/threadPool.js'
export type { Condition } from './shared/condition.js'
export { event, type SharedEvent } from './shared/event.js'
export type { Held } from './shared/held.js'
export { condition } from './shared/localCondition.js'
export type { Lock } from './shared/lock.js'
export { type Mutex, mutex } from './shared/mutex.js'
export { type Semaphore, semaphore } from './shared/semaphore.js'
export { type OwnedMap, sharedMap } from './shared/sharedMap.js'
export { type OwnedState, sharedState } from './shared/sharedState.js'
export type { MapChange, SharedMap, SharedState } from './shared/stateOver.js'
export type { BlockOptions, WaitOptions } from './shared/waiting.js'
