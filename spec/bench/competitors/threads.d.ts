// What the benchmark uses of threads.js beside what the library does (lib/pool/threads.d.ts).
declare module 'threads' {
  export class Worker {
    constructor(file: string, options?: { execArgv?: string[] })
  }
  export interface Pool<Thread> {
    queue<R>(task: (thread: Thread) => Promise<R>): PromiseLike<R>
    terminate(): Promise<void>
  }
  export function Pool<Thread>(
    start: () => Promise<Thread>,
    options: { size: number; concurrency: number },
  ): Pool<Thread>
}
