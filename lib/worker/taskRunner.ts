/**
 * Runs batches of items, one after the other (or `concurrency` at once where they wait), and sends their outcomes.
 * @module
 */
import type { TaskSource, ToThread, Values } from '../wire/messages.js'
import { beginBatch, claimCell } from '../wire/sharedCells.js'
import { chained } from './chain.js'
import type { ThreadInfo } from './context.js'
import { Cancellation, createContext } from './context.js'
import type { Emitter, ResultKind, Stop } from './emission.js'
import { emitAll, kindOf } from './emission.js'
import { endOfTurn } from './endOfTurn.js'
import type { ExposedFunction } from './exposed.js'
import type { Post } from './results.js'
import { Results } from './results.js'
import type { MakeContext, Task } from './task.js'
import { taskOf } from './task.js'

/** A long batch sends what is finished at least this often, in milliseconds. */
const flushInterval = 3
/** So many values of one message at most. */
const flushSize = 2048
/** So many values may one item emit before it waits for the other side to have taken some. */
const itemWindow = 1024

/** One subscription's work here, while there is some. */
interface Channel {
  readonly id: number
  readonly cancellation: Cancellation
  readonly running: Set<RunningItem>
  /** Batches that haven't ended. */
  jobs: number
}

/** A batch that has come in, and how far it is. */
interface Job {
  readonly batch: number
  readonly task: Task
  readonly channel: Channel
  readonly values: Values
  readonly results: Results
  next: number
  /** Items begun that haven't ended. */
  waiting: number
  ended: boolean
}

/** An item that is still emitting or waiting. */
interface RunningItem {
  readonly job: Job
  readonly item: number
  room: number
  resume: (() => void) | undefined
  stop: Stop | undefined
}

/** All the task channels of one thread. */
export class TaskRunner {
  private readonly tasks = new Map<number, Task>()
  private readonly channels = new Map<number, Channel>()
  private readonly jobs: Job[] = []
  private readonly unsent = new Set<Results>()
  private active = 0
  private working = false
  private flushQueued = false

  constructor(
    private readonly thread: ThreadInfo,
    private readonly post: Post,
    private readonly resolve: (task: TaskSource) => ExposedFunction,
  ) {}

  task(message: Extract<ToThread, { type: 'task' }>): void {
    const tasks = message.steps.map((step) => taskOf(step, this.resolve))
    this.tasks.set(message.id, tasks.length === 1 ? tasks[0]! : chained(tasks))
  }

  dropTask(id: number): void {
    this.tasks.delete(id)
  }

  batch({ channel: id, task: taskId, batch, values }: Extract<ToThread, { type: 'batch' }>): void {
    const task = this.tasks.get(taskId)!
    const channel = this.channels.get(id) ?? this.openChannel(id)
    channel.jobs++
    const results = new Results(batch, this.post, performance.now())
    this.jobs.push({ batch, task, channel, values, results, next: 0, waiting: 0, ended: false })
    this.work()
  }

  private openChannel(id: number): Channel {
    const channel = {
      id,
      cancellation: new Cancellation(id, this.thread.cells),
      running: new Set<RunningItem>(),
      jobs: 0,
    }
    this.channels.set(id, channel)
    return channel
  }

  credit({ channel, batch, index, count }: Extract<ToThread, { type: 'credit' }>): void {
    for (const item of this.channels.get(channel)?.running ?? []) {
      if (item.job.batch !== batch || item.item !== index) continue
      item.room += count
      const { resume } = item
      item.resume = undefined
      resume?.()
      return
    }
  }

  cancel(id: number): void {
    const channel = this.channels.get(id)
    if (!channel) return
    this.channels.delete(id)
    channel.cancellation.cancel()
    for (let i = this.jobs.length - 1; i >= 0; i--)
      if (this.jobs[i]!.channel === channel) this.jobs.splice(i, 1)
    for (const item of channel.running) {
      item.stop?.()
      this.settled(item)
    }
    this.work()
  }

  private work(): void {
    // An item may end while its batch is being run: the loop below goes on by itself.
    if (this.working) return
    this.working = true
    for (let job = this.jobs[0]; job && this.active < this.thread.concurrency; job = this.jobs[0]) {
      this.runItems(job)
      if (job.next >= job.values.length) this.jobs.shift()
      if (job.waiting > 0) this.flushSoon(job.results)
      else this.finish(job)
    }
    this.working = false
  }

  /** Begins items until the batch is out of them or the thread is full. The loop that every plain function runs in. */
  private runItems(job: Job): void {
    const { channel, values, results } = job
    const { call, explain } = job.task
    const { cancellation } = channel
    const { cells } = this.thread
    const claim = claimCell(job.batch)
    const clockEvery = values.length > 64 ? 15 : 0
    if (job.next === 0) results.began(performance.now())
    if (cells) beginBatch(cells, job.batch)
    const context: MakeContext = (toTransfer = (list) => results.toTransfer(list)) =>
      createContext(this.thread, cancellation, toTransfer)
    while (job.next < values.length && this.active < this.thread.concurrency) {
      const item = cells ? Atomics.add(cells, claim, 1) : job.next
      job.next = item + 1
      // The main side has taken the rest back, for a thread that has nothing to do.
      if (item >= values.length) break
      try {
        const result = call(values[item], context)
        if (typeof result !== 'object' || result === null) results.single(item, result)
        else this.settle(job, item, result)
      } catch (thrown) {
        results.fail(item, explain(thrown))
      }
      if ((item & clockEvery) === 0 && performance.now() - results.lastSent > flushInterval)
        this.flush(results)
    }
  }

  private settle(job: Job, item: number, result: object): void {
    const kind = kindOf(result)
    if (kind === 'value') return job.results.single(item, result)
    const running: RunningItem = { job, item, room: itemWindow, resume: undefined, stop: undefined }
    job.channel.running.add(running)
    job.waiting++
    this.active++
    if (kind === 'promise') this.awaitResult(running, result as PromiseLike<unknown>)
    else this.emitResults(running, result, kind)
  }

  private awaitResult(running: RunningItem, promise: PromiseLike<unknown>): void {
    const { results, task } = running.job
    const fail = (thrown: unknown) => {
      if (!this.isRunning(running)) return
      results.fail(running.item, task.explain(thrown))
      this.ended(running)
    }
    const succeed = (value: unknown) => {
      if (!this.isRunning(running)) return
      const kind = kindOf(value)
      if (kind !== 'value' && kind !== 'promise') return this.emitResults(running, value as object, kind)
      results.single(running.item, value)
      this.ended(running)
    }
    // Not by its own `then`, which may throw, or return nothing. The second handler also for what a hostile value
    // throws when it is looked at.
    Promise.resolve(promise).then(succeed).then(undefined, fail)
  }

  private emitResults(
    running: RunningItem,
    result: object,
    kind: Exclude<ResultKind, 'value' | 'promise'>,
  ): void {
    const emitter = this.emitterOf(running)
    const stop = emitAll(result, kind, emitter)
    running.stop = stop
    // Cancelled in the middle of its first values.
    if (!this.isRunning(running)) stop()
  }

  private emitterOf(running: RunningItem): Emitter {
    const { results } = running.job
    const end = (how: () => void) => {
      if (!this.isRunning(running)) return
      how()
      this.ended(running)
    }
    return {
      next: (value) => {
        if (!this.isRunning(running)) return false
        running.room--
        const wanted = results.emit(running.item, value)
        if (!wanted) this.ended(running)
        else if (results.size >= flushSize || performance.now() - results.lastSent > flushInterval)
          this.flush(results)
        else this.flushSoon(results)
        return wanted
      },
      get hasRoom() {
        return running.room > 0
      },
      whenRoom: (resume) => this.pause(running, resume),
      complete: () => end(() => results.complete(running.item)),
      error: (thrown) => end(() => results.fail(running.item, running.job.task.explain(thrown))),
    }
  }

  /** An item that waits for room takes no time: others may begin meanwhile. */
  private pause(running: RunningItem, resume: () => void): void {
    this.flush(running.job.results)
    this.active--
    running.resume = () => {
      this.active++
      resume()
    }
    queueMicrotask(() => this.work())
  }

  private isRunning(running: RunningItem): boolean {
    return running.job.channel.running.has(running)
  }

  private settled(running: RunningItem): void {
    if (!running.job.channel.running.delete(running)) return
    running.job.waiting--
    // While it waited for room it was not counted.
    if (running.resume === undefined) this.active--
    running.resume = undefined
  }

  /** After an item that waited: its outcome goes out with the others of this turn, and the next may begin. */
  private ended(running: RunningItem): void {
    const { job } = running
    this.settled(running)
    if (job.waiting === 0 && job.next >= job.values.length) this.finish(job)
    else if (performance.now() - job.results.lastSent > flushInterval) this.flush(job.results)
    else this.flushSoon(job.results)
    this.work()
  }

  /** What a batch still has to say, and, after the last one, the end of its channel. */
  private finish(job: Job): void {
    this.flush(job.results)
    if (job.ended || job.next < job.values.length) return
    job.ended = true
    if (--job.channel.jobs === 0) this.channels.delete(job.channel.id)
  }

  private flushSoon(results: Results): void {
    this.unsent.add(results)
    if (this.flushQueued) return
    this.flushQueued = true
    endOfTurn(() => {
      this.flushQueued = false
      for (const each of this.unsent) this.flush(each)
    })
  }

  private flush(results: Results): void {
    this.unsent.delete(results)
    results.flush(performance.now())
  }
}
