/**
 * A thread of Node: worker_threads, in the shape that threads.js wants a worker to have.
 * @module
 */
import type { MessagePort as NodePort, WorkerOptions } from 'node:worker_threads'
import { MessageChannel, receiveMessageOnPort, setEnvironmentData, Worker } from 'node:worker_threads'
import { WorkerStartError } from '../../errors.js'
import { poolThreadMark } from '../../wire/messages.js'
import type { Death } from '../link.js'
import type { MakeThreadHost, ThreadHost } from '../threadHost.js'
import type { WorkerSource } from '../workerSource.js'
import { processId } from './localThread.js'
import { turn } from './turn.js'
import { resolveWorkerFile } from './workerFile.js'

/** The thread of a pool in Node. */
export const makeNodeHost: MakeThreadHost = (source, worker, memoryLimit) =>
  new NodeHost(source, workerOptions(worker, memoryLimit))

/** A worker of Node and the port that its values travel on. */
export class NodeHost implements ThreadHost {
  readonly threadId: string
  readonly remotePort: ThreadHost['remotePort']
  private readonly worker: Worker
  private readonly port: NodePort
  private readonly listeners = new Map<(event: { data: unknown }) => void, (data: unknown) => void>()
  private readonly death: Promise<Death>
  /** Until it has started it is waited for. */
  private busy = true
  /** Whether its end is waited for, whatever else is heard from it meanwhile. */
  private ending = false
  /** Whether somebody takes what comes, and closes the port after it. */
  private isHeard = false

  constructor(source: WorkerSource, options: WorkerOptions) {
    this.worker = createWorker(source, options)
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.remotePort = port2 as unknown as ThreadHost['remotePort']
    this.threadId = `${processId}/${this.worker.threadId}`
    this.death = new Promise((resolve) => {
      let cause: unknown
      this.worker.on('error', (error) => {
        cause = error
      })
      this.worker.on('exit', (exitCode) => resolve({ exitCode, cause }))
    })
    // A port that nobody closes is never collected, nor is its other end.
    void this.death.then(() => this.isHeard || this.port.close())
  }

  listen(
    message: (data: unknown) => void,
    unreadable: (cause: unknown) => void,
    died: (death: Death) => void,
  ): void {
    this.isHeard = true
    this.port.on('message', (data) => turn.take(() => message(data)))
    this.port.on('messageerror', (cause) => turn.take(() => unreadable(cause)))
    // A thread that can't be heard any more would be waited for in vain.
    this.port.on('close', () => void this.worker.terminate())
    void this.death.then((death) => {
      // The thread is gone, but what it posted before may still be on its way through the event loop.
      turn.finish()
      for (let last = this.receive(unreadable); last; last = this.receive(unreadable)) last(message)
      this.port.close()
      died(death)
    })
  }

  /** Takes the next message that has come in, if there is one. Returns how to hand it over. */
  private receive(
    unreadable: (cause: unknown) => void,
  ): ((message: (data: unknown) => void) => void) | undefined {
    try {
      const received = receiveMessageOnPort(this.port)
      return received && ((message) => message(received.message))
    } catch (cause) {
      return () => unreadable(cause)
    }
  }

  whenDead(): Promise<Death> {
    return this.death
  }

  /** It exits by itself then, which is heard of. */
  saidGoodbye(): void {}

  /** Node knows it better. */
  worked(): void {}

  post(message: unknown, transfer: readonly Transferable[] = []): void {
    this.port.postMessage(message, transfer as never)
  }

  /** The port alone would not do: it is closed before the thread's end is told. */
  keepAlive(busy: boolean): void {
    if (busy === this.busy || this.ending) return
    this.busy = busy
    for (const each of [this.port, this.worker])
      if (busy) each.ref()
      else each.unref()
  }

  utilization(): number {
    const { utilization } = this.worker.performance.eventLoopUtilization()
    return Number.isFinite(utilization) ? utilization : 0
  }

  postMessage(message: unknown, transfer: readonly Transferable[] = []): void {
    this.worker.postMessage(message, transfer as never)
  }

  terminate(): Promise<unknown> {
    this.ending = true
    // Has the program stay for it, which may have nothing else to wait for.
    return this.worker.terminate()
  }

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    const onData = (data: unknown) => listener({ data })
    this.listeners.set(listener, onData)
    this.worker.on(type, onData)
  }

  removeEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    const onData = this.listeners.get(listener)
    if (onData) this.worker.off(type, onData)
    this.listeners.delete(listener)
  }
}

function workerOptions(
  worker: Readonly<Record<string, unknown>>,
  memoryLimit: number | undefined,
): WorkerOptions {
  if (memoryLimit === undefined) return worker
  const resourceLimits = worker.resourceLimits as WorkerOptions['resourceLimits']
  return { ...worker, resourceLimits: { ...resourceLimits, maxOldGenerationSizeMb: memoryLimit } }
}

function createWorker(source: WorkerSource, options: WorkerOptions): Worker {
  // Marks the thread as a pool's own; a worker takes a copy of this data when it is made.
  setEnvironmentData(poolThreadMark, true)
  try {
    if (typeof source === 'function') return checkWorker(source())
    const { url, bootstrap } = resolveWorkerFile(source)
    if (!bootstrap) return new Worker(url, options)
    return new Worker(url, { ...options, workerData: bootstrap })
  } finally {
    setEnvironmentData(poolThreadMark, undefined as never)
  }
}

function checkWorker(worker: unknown): Worker {
  if (worker instanceof Worker) return worker
  throw new WorkerStartError(
    "the pool's function must return a new Worker (in Node, one of node:worker_threads)",
  )
}
