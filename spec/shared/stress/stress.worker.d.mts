import type { Condition, Mutex, Semaphore } from 'rxjs-parallel'
import type { ContextTask } from 'rxjs-parallel/worker'

export interface Shared {
  readonly lock: Mutex
  readonly turn: Condition
  readonly few: Semaphore
  readonly cells: Int32Array
}

declare const tasks: {
  readonly increment: ContextTask<number, void, Shared>
  readonly enter: ContextTask<number, number, Shared>
  readonly play: ContextTask<[side: number, times: number], void, Shared>
  readonly incrementForEver: ContextTask<null, never, Shared>
  readonly incrementForEverLater: ContextTask<null, Promise<never>, Shared>
  readonly enterForEver: ContextTask<null, never, Shared>
}
export default tasks
