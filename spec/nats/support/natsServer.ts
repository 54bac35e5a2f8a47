import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, ServerProcess } from '../../support/serverProcess.js'

/** A nats-server of our own, with JetStream on disk. */
export class NatsServer {
  private readonly server: ServerProcess

  private constructor(
    program: string,
    readonly port: number,
    private readonly folder: string,
    options: readonly string[],
  ) {
    const args = ['-js', '-a', '127.0.0.1', '-p', String(port), '-sd', folder, ...options]
    this.server = new ServerProcess(program, args, () => listens(port))
  }

  static async start(program: string, ...options: string[]): Promise<NatsServer> {
    const folder = await mkdtemp(join(tmpdir(), 'nats-'))
    const server = new NatsServer(program, await freePort(), folder, options)
    await server.start()
    return server
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`
  }

  /** Begins again where it was: on the same port, with what it has on disk. */
  start(): Promise<void> {
    return this.server.start()
  }

  /** As a power failure does. */
  kill(): Promise<void> {
    return this.server.kill()
  }

  /** Of what it had on disk. */
  async forget(): Promise<void> {
    await rm(join(this.folder, 'jetstream'), { recursive: true, force: true })
  }

  async remove(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    // It speaks first, when it is ready.
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}
