import type { ContextTask } from 'rxjs-parallel/worker'

export type Library = 'ours' | 'multithreading' | 'webLocks'
export type Form = 'block' | 'wait'

declare const tasks: {
  readonly increment: ContextTask<
    [library: Library, form: Form, warmUp: number, times: number, threads: number],
    Promise<[from: number, to: number]>,
    object
  >
}
export default tasks
