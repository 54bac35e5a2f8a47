import type { Worker } from 'node:worker_threads'

/** The threads of this process that are alive, whoever started them. */
export class Threads {
  started = 0
  private readonly alive = new Set<Worker>()

  constructor() {
    process.on('worker', this.watch)
  }

  get count(): number {
    return this.alive.size
  }

  /** Ends one of them, as anything might. False if there is none. */
  kill(which: number): boolean {
    const worker = [...this.alive][which % Math.max(1, this.alive.size)]
    void worker?.terminate()
    return worker !== undefined
  }

  stopWatching(): void {
    process.off('worker', this.watch)
  }

  private readonly watch = (worker: Worker) => {
    this.started++
    this.alive.add(worker)
    worker.once('exit', () => this.alive.delete(worker))
  }
}
