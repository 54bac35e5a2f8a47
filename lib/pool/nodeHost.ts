/**
 * A thread of Node: worker_threads, in the shape that threads.js wants a worker to have.
 * @module
 */
import type { MessagePort as NodePort, WorkerOptions } from 'node:worker_threads'
import { MessageChannel, receiveMessageOnPort, setEnvironmentData, Worker } from 'node:worker_threads'
import { WorkerStartError } from '../errors.js'
import { poolThreadMark } from '../wire/messages.js'
import type { Death } from './link.js'
import { processId } from './localThread.js'
import { Turn } from './turn.js'
import { resolveWorkerFile } from './workerFile.js'
import type { WorkerSource } from './workerSource.js'

/** What threads.js asks of a worker. */
export interface ThreadsWorker {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void
  terminate(): Promise<unknown>
  addEventListener(type: string, listener: (event: { data: unknown }) => void): void
  removeEventListener(type: string, listener: (event: { data: unknown }) => void): void
}

/** The main thread has one event loop for all pools. */
const turn = new Turn()

/** A worker of Node and the port that its values travel on. */
export class NodeHost implements ThreadsWorker {
  readonly threadId: string
  /** The thread's end of the port. */
  readonly remotePort: NodePort
  private readonly worker: Worker
  private readonly port: NodePort
  private readonly listeners = new Map<(event: { data: unknown }) => void, (data: unknown) => void>()
  private readonly death: Promise<Death>
  /** Until it has started it is waited for. */
  private busy = true

  constructor(source: WorkerSource, options: WorkerOptions) {
    this.worker = createWorker(source, options)
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.remotePort = port2
    this.threadId = `${processId}/${this.worker.threadId}`
    this.death = new Promise((resolve) => {
      let cause: unknown
      this.worker.on('error', (error) => {
        cause = error
      })
      this.worker.on('exit', (exitCode) => resolve({ exitCode, cause }))
    })
  }

  /** Hands over what comes on the port, and, once, how the thread ended: after all that it had sent. */
  listen(message: (data: unknown) => void, died: (death: Death) => void): void {
    this.port.on('message', (data) => turn.take(() => message(data)))
    void this.death.then((death) => {
      // The thread is gone, but what it posted before may still be on its way through the event loop.
      turn.finish()
      for (let last = receiveMessageOnPort(this.port); last; last = receiveMessageOnPort(this.port))
        message(last.message)
      this.port.close()
      died(death)
    })
  }

  /** Resolves when the thread is gone. */
  whenDead(): Promise<Death> {
    return this.death
  }

  post(message: unknown, transfer: readonly Transferable[] = []): void {
    this.port.postMessage(message, transfer as never)
  }

  /** The port alone would not do: it is closed before the thread's end is told. */
  keepAlive(busy: boolean): void {
    if (busy === this.busy) return
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
