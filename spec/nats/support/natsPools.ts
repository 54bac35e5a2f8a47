import { randomUUID } from 'node:crypto'
import type { Pool } from 'rxjs-parallel'
import type { NatsPoolOptions } from 'rxjs-parallel/nats'
import { natsPool } from 'rxjs-parallel/nats'
import { inject, onTestFinished } from 'vitest'
import { ServingProcess } from './servingProcess.js'

export type NatsTasks = typeof import('../../fixtures/natsTasks.mjs')

export interface Cluster {
  readonly name: string
  readonly pool: Pool<NatsTasks>
  readonly processes: ServingProcess[]
  /** Starts another process that serves. */
  start(): Promise<ServingProcess>
}

interface ClusterOptions {
  /** Serving processes. */
  readonly size: number
  /** Whether one that dies is replaced. */
  readonly supervised?: boolean
  /** The server's address, for the caller and for those who serve. */
  readonly servers?: string
  readonly serving?: Parameters<ServingProcess['serve']>[1] & { readonly servers?: string }
  readonly pool?: Partial<NatsPoolOptions>
}

/** A pool, and processes that serve it, till the end of the test. */
export async function cluster({
  size,
  supervised,
  servers = inject('natsUrl'),
  ...more
}: ClusterOptions): Promise<Cluster> {
  const name = randomUUID()
  const processes: ServingProcess[] = []
  let isOver = false
  const { servers: theirs = servers, ...options } = more.serving ?? {}
  const start = async () => {
    const process = await ServingProcess.start(theirs, 'natsTasks.mjs')
    processes.push(process)
    process.onExit(() => {
      processes.splice(processes.indexOf(process), 1)
      if (supervised && !isOver) void start()
    })
    await process.serve(name, options)
    return process
  }
  const pool = natsPool<NatsTasks>({ servers, name, minSize: size, ...more.pool })
  onTestFinished(async () => {
    isOver = true
    await pool.terminate()
    await Promise.all([...processes].map((process) => process.kill()))
  })
  await Promise.all(Array.from({ length: size }, start))
  await pool.ready()
  return { name, pool, processes, start }
}
