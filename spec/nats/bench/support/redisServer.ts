import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../../support/findProgram.js'
import { freePort, ServerProcess } from '../../../support/serverProcess.js'

/** @throws Error where REQUIRE_REDIS=1 and there is none. */
export function findRedis(environment = process.env): string | undefined {
  const program = findProgram(['redis-server'], environment)
  if (!program && environment.REQUIRE_REDIS === '1')
    throw new Error('REQUIRE_REDIS=1, but no redis-server was found in PATH; install redis-server')
  return program
}

/** A redis-server of our own, which keeps nothing on disk: nothing makes it faster. */
export class RedisServer {
  private constructor(
    private readonly server: ServerProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(program: string): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'))
    const port = await freePort()
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
    const server = new ServerProcess(program, [...place, '--save', '', '--appendonly', 'no'], () =>
      listens(port),
    )
    await server.start()
    return new RedisServer(server, folder, port)
  }

  async remove(): Promise<void> {
    await this.server.kill()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
