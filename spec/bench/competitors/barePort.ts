import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { MessageChannel, Worker } from 'node:worker_threads'
import { execArgv, workerFile } from '../workers/file.js'
import type { Competitor, Job } from './competitor.js'
import { THREADS } from './competitor.js'

const BATCH = 1024

/**
 * The limit: what goes to a thread comes back unchanged, with no bookkeeping on either side. Batches of 1,024, buffers
 * one by one; so many messages in flight a thread.
 */
export const barePort: Competitor = {
  name: 'bare port',
  role: 'limit',
  settings: [4],
  open: async () => {
    const threads = await Promise.all(Array.from({ length: THREADS }, startEcho))
    return {
      run: (job) => echoAll(threads, job),
      one: (_task, item) => echoOne(threads[0]!, item),
      close: async () => {
        await Promise.all(threads.map(({ worker }) => worker.terminate()))
      },
    }
  },
}

interface EchoThread {
  readonly worker: Worker
  readonly port: MessagePort
  /** Where messages go: changing it costs less than changing listeners. */
  received: (message: unknown) => void
}

async function startEcho(): Promise<EchoThread> {
  const { port1: port, port2 } = new MessageChannel()
  const worker = new Worker(workerFile('echo'), {
    execArgv,
    workerData: { port: port2 },
    transferList: [port2],
  })
  await once(worker, 'online')
  const thread: EchoThread = { worker, port, received: () => {} }
  port.on('message', (message) => thread.received(message))
  return thread
}

function echoOne(thread: EchoThread, item: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    thread.received = resolve
    thread.port.postMessage(item)
  })
}

async function echoAll(threads: readonly EchoThread[], { items, take, moves, setting }: Job): Promise<void> {
  const send = moves ? bufferSender(items as Iterable<ArrayBuffer>) : batchSender(items as readonly unknown[])
  const takeAll = moves
    ? take
    : (results: unknown) => {
        for (const result of results as unknown[]) take(result)
      }
  await Promise.all(threads.map((thread) => echoOver(thread, send, takeAll, setting)))
}

/** Sends what there is next to a thread, unless there is nothing left. */
type Send = (port: MessagePort) => boolean

function batchSender(items: readonly unknown[]): Send {
  let next = 0
  return (port) => {
    if (next >= items.length) return false
    port.postMessage(items.slice(next, (next += BATCH)))
    return true
  }
}

function bufferSender(buffers: Iterable<ArrayBuffer>): Send {
  const iterator = buffers[Symbol.iterator]()
  return (port) => {
    const next = iterator.next()
    if (!next.done) port.postMessage(next.value, [next.value])
    return !next.done
  }
}

function echoOver(
  thread: EchoThread,
  send: Send,
  take: (message: unknown) => void,
  inFlight: number,
): Promise<void> {
  return new Promise((resolve) => {
    let waiting = 0
    thread.received = (message) => {
      take(message)
      if (!send(thread.port) && --waiting === 0) resolve()
    }
    while (waiting < inFlight && send(thread.port)) waiting++
    if (waiting === 0) resolve()
  })
}
