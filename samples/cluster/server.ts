/** The NATS server: one that runs, or one of our own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface NatsServer {
  readonly url: string
  /** Ours ends, and what it has on disk is removed. */
  stop(): Promise<void>
}

/** Debian installs it where only the superuser's PATH leads. */
const besidesPath = ['/usr/sbin', '/usr/local/sbin']

/** The one of `NATS_URL`, or one that is started for the time. Undefined where there is no nats-server. */
export async function natsServer(
  environment = process.env,
  besides = besidesPath,
): Promise<NatsServer | undefined> {
  const { NATS_URL: url, PATH = '' } = environment
  if (url) return { url, stop: async () => {} }
  const folders = [...PATH.split(delimiter).filter(Boolean), ...besides]
  const program = folders.map((folder) => join(folder, 'nats-server')).find(canRun)
  return program === undefined ? undefined : startServer(program)
}

/** On loopback and a free port, which it chooses itself and tells by a file. */
async function startServer(program: string): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-'))
  const args = ['-js', '-a', '127.0.0.1', '-p', '-1', '-sd', folder, '--ports_file_dir', folder]
  const child = spawn(program, args, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill()
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  const ended = exited.then(() => {
    throw new Error(`${program} ${args.join(' ')} has ended`)
  })
  ended.catch(() => {})
  try {
    for (;;) {
      const url = await urlIn(folder)
      if (url) return { url, stop }
      await Promise.race([pause(50), ended])
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function urlIn(folder: string): Promise<string | undefined> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.ports'))
  const text = file && (await readFile(join(folder, file), 'utf8'))
  // It may not be written yet.
  if (!text?.trimEnd().endsWith('}')) return undefined
  const { nats } = JSON.parse(text) as { nats: string[] }
  return nats[0]
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
