import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** A server of somebody else's that runs while tests or benchmarks need it. */
export class ServerProcess {
  private child: ChildProcess | undefined

  /** @param isReady whether it takes connections. */
  constructor(
    private readonly program: string,
    private readonly args: readonly string[],
    private readonly isReady: () => Promise<boolean>,
  ) {}

  /** Resolves when it takes connections; rejects when it ends before. */
  async start(): Promise<void> {
    const { program, args } = this
    this.child = spawn(program, args, { stdio: 'ignore' })
    const exited = once(this.child, 'exit').then(() => {
      throw new Error(`${program} ${args.join(' ')} has ended`)
    })
    exited.catch(() => {})
    while (!(await Promise.race([this.isReady(), exited]))) await pause(50)
  }

  /** As a power failure does. */
  async kill(): Promise<void> {
    const { child } = this
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
}

/** One of loopback that nobody listens to. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
