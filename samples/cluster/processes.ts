/** The serving processes of this run. */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./serve.ts', import.meta.url))

export class Processes {
  private readonly running = new Map<number, ChildProcess>()
  /** Those that were told to end. */
  private readonly ending = new Set<ChildProcess>()
  private fail: (error: Error) => void = () => {}
  /** Rejects when one ends that wasn't told to. */
  readonly failed = new Promise<never>((_, reject) => {
    this.fail = reject
  })

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {
    this.failed.catch(() => {})
  }

  /** Starts one, with one thread. Returns its pid. */
  start(): number {
    const env = { ...process.env, NATS_URL: this.url }
    const child = fork(script, [this.name, '1'], { execArgv: ['--import', 'tsx'], env })
    const pid = child.pid!
    this.running.set(pid, child)
    child.once('exit', (code, signal) => {
      this.running.delete(pid)
      if (!this.ending.has(child)) this.fail(new Error(`serving process ${pid} has ended: ${signal ?? code}`))
    })
    return pid
  }

  /** Resolves when it has ended. */
  async end(pid: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.running.get(pid)
    if (!child) return
    this.ending.add(child)
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  /** Ends all that there are. */
  async stop(): Promise<void> {
    await Promise.all([...this.running.keys()].map((pid) => this.end(pid, 'SIGKILL')))
  }
}
