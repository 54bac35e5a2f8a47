import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { ServeOptions } from 'rxjs-parallel/nats'
import { fixture } from '../../support/pools.js'

type Options = Partial<Omit<ServeOptions, 'servers' | 'name'>>

/** A process that serves a module of spec/fixtures. */
export class ServingProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(servers: string, module: string): Promise<ServingProcess> {
    const child = fork(fixture('serving.mjs'), [servers, fixture(module).href], { stdio: 'ignore' })
    // As many ask it at once as cases run.
    child.setMaxListeners(0)
    await once(child, 'message')
    return new ServingProcess(child)
  }

  get pid(): number {
    return this.child.pid!
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Calls back when it is dead. */
  onExit(run: () => void): void {
    this.child.once('exit', run)
  }

  /** Resolves when it can be given work. */
  async serve(name: string, options: Options = {}): Promise<void> {
    await this.ask({ name, options })
  }

  /** Resolves when it serves no more under that name, or is dead. */
  async end(name: string, end: 'close' | 'terminate'): Promise<void> {
    await this.ask({ name, end })
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isAlive) return
    const exited = once(this.child, 'exit')
    this.child.kill(signal)
    await exited
  }

  /** Stops it in its tracks, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal)
  }

  private async ask(message: {
    readonly name: string
    readonly options?: Options
    readonly end?: 'close' | 'terminate'
  }): Promise<void> {
    const { child } = this
    if (!this.isAlive || !child.connected) return
    await new Promise<void>((resolve) => {
      const answered = (answer: { name?: string }) => {
        if (answer.name === message.name) done()
      }
      const done = () => {
        child.off('message', answered)
        child.off('exit', done)
        resolve()
      }
      child.on('message', answered)
      child.once('exit', done)
      child.send(message, () => {})
    })
  }
}
