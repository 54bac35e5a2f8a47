/**
 * A thread of a browser: a Web Worker, in the shape that threads.js wants one to have.
 *
 * A browser doesn't tell that a worker has ended. What ends by itself says so before it does (see lib/worker/browser/host.ts);
 * what can't be loaded, or throws before it can say anything, is heard of by the worker's `error` event; and what is
 * stuck ends at its time limit, by the pool.
 * @module
 */
import { WorkerStartError } from '../../errors.js'
import { describe } from '../../wire/describe.js'
import type { FromThread, ToThread } from '../../wire/messages.js'
import type { Death } from '../link.js'
import type { MakeThreadHost, ThreadHost } from '../threadHost.js'
import type { WorkerSource } from '../workerSource.js'
import { Workload } from '../workload.js'
import { processId } from './localThread.js'
import { onWake, pageTime, slept } from './pageTime.js'

let made = 0

/** The thread of a pool in a browser. */
export const makeBrowserHost: MakeThreadHost = (source, options) =>
  new BrowserHost(makeWorker(source, options))

class BrowserHost implements ThreadHost {
  readonly threadId = `${processId}/${++made}`
  readonly remotePort: MessagePort
  private readonly port: MessagePort
  private readonly death: Promise<Death>
  private ended!: (death: Death) => void
  private readonly workload = new Workload(pageTime.now, true)

  constructor(private readonly worker: Worker) {
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.remotePort = port2
    this.death = new Promise((resolve) => {
      this.ended = resolve
    })
    if (slept() > 0) this.tellSlept()
    void this.death.then(onWake(() => this.tellSlept()))
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      this.end(causeOf(event))
    })
  }

  listen(
    message: (data: unknown) => void,
    unreadable: (cause: unknown) => void,
    died: (death: Death) => void,
  ): void {
    this.port.onmessage = ({ data }) => {
      this.workload.heard()
      if ((data as FromThread).type === 'hasSlept') this.tellSlept()
      else message(data)
    }
    this.port.onmessageerror = () => unreadable(new Error('the browser could not read it'))
    void this.death.then((death) => {
      this.port.close()
      died(death)
    })
  }

  /** A message that is posted as it is, whatever the codec. */
  private tellSlept(): void {
    this.port.postMessage({ type: 'slept', total: slept() } satisfies ToThread)
  }

  whenDead(): Promise<Death> {
    return this.death
  }

  /** All that it had sent before has come. */
  saidGoodbye(): void {
    this.worker.terminate()
    this.ended({ exitCode: undefined, cause: undefined })
  }

  post(message: unknown, transfer: readonly Transferable[] = []): void {
    this.port.postMessage(message, transfer as Transferable[])
  }

  /** A page stays for nobody. But this tells whether it has something in hand. */
  keepAlive(busy: boolean): void {
    this.workload.setBusy(busy)
  }

  worked(milliseconds: number): void {
    this.workload.worked += milliseconds
  }

  utilization(): number {
    return this.workload.share
  }

  postMessage(message: unknown, transfer: readonly Transferable[] = []): void {
    this.worker.postMessage(message, transfer as Transferable[])
  }

  async terminate(): Promise<void> {
    this.end(undefined)
    await this.death
  }

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.worker.addEventListener(type, listener as never)
  }

  removeEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.worker.removeEventListener(type, listener as never)
  }

  /** Ends it, and says so when what it had sent has come: that is in front of what is sent now. */
  private end(cause: unknown): void {
    this.worker.terminate()
    pageTime.endOfTurn(() => this.ended({ exitCode: undefined, cause }))
  }
}

/** What an `error` event tells: of a script that could not be loaded nothing at all. */
function causeOf({ error, message, filename, lineno }: ErrorEvent): unknown {
  if (error !== undefined && error !== null) return error
  if (message) return new Error(`${message} (${filename}:${lineno})`)
  return new Error(
    'its script could not be loaded, or one that it imports; the browser tells why in its console only ' +
      "(a wrong address, a type that isn't JavaScript, a syntax error, a Content-Security-Policy without it in worker-src)",
  )
}

function makeWorker(source: WorkerSource, options: Readonly<Record<string, unknown>>): Worker {
  if (typeof Worker !== 'function')
    throw new WorkerStartError(
      'there are no Web Workers here; a test may use inlinePool of rxjs-parallel/testing',
    )
  if (typeof source !== 'function') return new Worker(source, { type: 'module', ...options })
  const worker = source()
  if (worker instanceof Worker) return worker
  throw new WorkerStartError(
    `the pool's function must return a new Worker, as in () => new Worker(new URL('./x.worker.js', import.meta.url), ` +
      `{ type: 'module' }); it returned ${describe(worker)}`,
  )
}
