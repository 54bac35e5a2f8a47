/** Serving processes: each competitor has as many, of its own file. */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROCESSES = 2

/** Where a competitor's two sides meet. */
export interface Meeting {
  /** Of the NATS server. */
  readonly url: string
  /** Of the Redis server, where there is one. */
  readonly redisPort: number
  /** No other run's. */
  readonly name: string
}

/** Starts those of `serving/FILE`. Resolves when all are ready to what ends them. */
export async function startServing(file: string, meeting: Meeting): Promise<() => Promise<void>> {
  const path = fileURLToPath(new URL(`../serving/${file}`, import.meta.url))
  const started = Array.from({ length: PROCESSES }, () => {
    const child = fork(path, [JSON.stringify(meeting)], { execArgv: ['--import', 'tsx'] })
    child.once('exit', failed)
    return child
  })
  await Promise.all(started.map((child) => once(child, 'message')))
  return async () => {
    await Promise.all(started.map(end))
  }

  function failed(code: number | null, signal: string | null) {
    throw new Error(`${file} has ended: ${signal ?? code}`)
  }

  async function end(child: ChildProcess): Promise<void> {
    child.off('exit', failed)
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
}

/** What a serving process was told. */
export function meetingOfThis(): Meeting {
  // It ends with the benchmark, however that ends.
  process.once('disconnect', () => process.exit())
  return JSON.parse(process.argv[2]!) as Meeting
}

/** To be called when work can come. */
export function tellReady(): void {
  process.send!('ready')
}
