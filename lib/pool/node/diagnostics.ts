/**
 * A pool's channels in Node: see {@link DiagnosticsMessages}.
 * @module
 */
import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { Work } from '../../flow/work.js'
import type {
  BatchIdentity,
  Diagnostics,
  DiagnosticsMessages,
  PoolIdentity,
  RunTrace,
  ToldBatch,
} from '../diagnostics.js'
import type { AnyRef, Pool, PoolEvent } from '../seam.js'

/** A channel that takes its own messages only. */
class Told<Name extends keyof DiagnosticsMessages> {
  private readonly channel

  constructor(name: Name) {
    this.channel = channel(name)
  }

  get isHeard(): boolean {
    return this.channel.hasSubscribers
  }

  publish(message: DiagnosticsMessages[Name]): void {
    this.channel.publish(message)
  }
}

const create = new Told('rxjs-parallel:pool:create')
const close = new Told('rxjs-parallel:pool:close')
const happened = new Told('rxjs-parallel:pool:event')
const unstartable = new Told('rxjs-parallel:pool:error')
const batchStart = new Told('rxjs-parallel:batch:start')
const batchEnd = new Told('rxjs-parallel:batch:end')
const itemError = new Told('rxjs-parallel:item:error')
const runs = tracingChannel<RunTrace>('rxjs-parallel:run')

let pools = 0
let runsSoFar = 0

class ChannelDiagnostics implements Diagnostics {
  private readonly pool: PoolIdentity
  private isClosed = false

  constructor(name: string) {
    this.pool = Object.freeze({ id: ++pools, name })
  }

  created(instance: Pool<unknown>): void {
    if (create.isHeard) create.publish({ pool: this.pool, instance })
  }

  closed(): void {
    if (this.isClosed) return
    this.isClosed = true
    if (close.isHeard) close.publish({ pool: this.pool })
  }

  event(event: PoolEvent): void {
    if (happened.isHeard) happened.publish({ pool: this.pool, ...event })
  }

  unstartable(error: unknown): void {
    if (unstartable.isHeard) unstartable.publish({ pool: this.pool, error })
  }

  itemFailed(work: Work, position: number, error: unknown): void {
    if (!itemError.isHeard) return
    itemError.publish({ pool: this.pool, tasks: tasksOf(work), item: work.place(position), error })
  }

  get hearsBatches(): boolean {
    return batchStart.isHeard || batchEnd.isHeard
  }

  batchStarted(threadId: string, id: number, batch: ToldBatch): void {
    batchStart.publish(this.identity(threadId, id, batch))
  }

  batchEnded(threadId: string, id: number, batch: ToldBatch): void {
    const { completed, failed } = batch
    batchEnd.publish({ ...this.identity(threadId, id, batch), completed, failed })
  }

  private identity(threadId: string, batch: number, { work, items }: ToldBatch): BatchIdentity {
    return { pool: this.pool, threadId, batch, tasks: tasksOf(work), items }
  }

  get hearsRuns(): boolean {
    return runs.hasSubscribers
  }

  run<R>(ref: AnyRef, args: readonly unknown[], start: () => Promise<R>): Promise<R> {
    return runs.tracePromise(start, { id: ++runsSoFar, pool: this.pool, task: ref.name, args })
  }
}

function tasksOf({ steps }: Work): string[] {
  return steps.map(({ task }) => ('name' in task ? task.name : '(inline)'))
}

/** Where the pool of this name tells what happens to it. */
export const diagnosticsOf = (name: string): Diagnostics | undefined => new ChannelDiagnostics(name)
