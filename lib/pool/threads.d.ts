// What we use of threads.js: its own declarations can't be found through its exports. (Not by `paths` in tsconfig.json,
// which tsx would follow at run time.)
declare module 'threads' {
  /** A started thread that exposes these methods. */
  export type ModuleThread<Methods> = {
    readonly [K in keyof Methods]: Methods[K] extends (...args: infer A) => infer R
      ? (...args: A) => Promise<R>
      : never
  }
  /** An argument that is moved instead of copied; it stands for the argument itself. */
  export function Transfer<P>(payload: P, transferables: readonly unknown[]): P
  /** Waits until the worker has called expose(). */
  export function spawn<Methods>(
    worker: unknown,
    options?: { timeout?: number },
  ): Promise<ModuleThread<Methods>>
  export const Thread: { terminate<Methods>(thread: ModuleThread<Methods>): Promise<void> }
}
