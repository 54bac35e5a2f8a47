/**
 * Runs batches of items, one after the other (or `concurrency` at once where they wait), and sends their outcomes.
 * @module
 */
import type { TaskSource, ToThread, Values } from '../wire/messages.js'
import { beginBatch, claimCell, setBusy } from '../wire/sharedCells.js'
import { chained } from './chain.js'
import type { ThreadInfo } from './context.js'
import { Cancellation, createContext } from './context.js'
import { kindOf } from './emission.js'
import type { ExposedFunction } from './exposed.js'
import type { RunHost } from './itemRun.js'
import { ItemRun } from './itemRun.js'
import type { Post } from './results.js'
import { Results } from './results.js'
import { Stragglers } from './stragglers.js'
import type { MakeContext, Task } from './task.js'
import { taskOf } from './task.js'

/** A long batch sends what is finished at least this often, in milliseconds: most batches end before. */
const flushInterval = 12
/** So many values of one message at most. */
const flushSize = 2048
interface TimedTask extends Task {
  /** Milliseconds that an item may take. */
  readonly timeout: number | undefined
}

/** One subscription's work here, while there is some. */
interface Channel {
  readonly id: number
  readonly cancellation: Cancellation
  readonly runs: Set<ItemRun>
  /** Batches that haven't ended. */
  jobs: number
}

/** A batch that has come in, and how far it is. */
interface Job {
  readonly batch: number
  readonly task: TimedTask
  readonly channel: Channel
  readonly values: Values
  readonly results: Results
  next: number
  /** Items begun that haven't ended. */
  waiting: number
  ended: boolean
}

/** All the task channels of one thread. */
export class TaskRunner {
  private readonly tasks = new Map<number, TimedTask>()
  private readonly channels = new Map<number, Channel>()
  private readonly jobs: Job[] = []
  private readonly unsent = new Set<Results>()
  private readonly stragglers: Stragglers
  private active = 0
  private working = false
  private flushQueued = false

  constructor(
    private readonly thread: ThreadInfo,
    private readonly post: Post,
    private readonly resolve: (task: TaskSource) => ExposedFunction,
  ) {
    this.stragglers = new Stragglers(post, thread.time)
  }

  task(message: Extract<ToThread, { type: 'task' }>): void {
    const tasks = message.steps.map((step) => taskOf(step, this.resolve))
    const task = tasks.length === 1 ? tasks[0]! : chained(tasks)
    this.tasks.set(message.id, { ...task, timeout: message.timeout })
  }

  dropTask(id: number): void {
    this.tasks.delete(id)
  }

  batch({ channel: id, task: taskId, batch, values }: Extract<ToThread, { type: 'batch' }>): void {
    const task = this.tasks.get(taskId)!
    const channel = this.channels.get(id) ?? this.openChannel(id)
    channel.jobs++
    const results = new Results(batch, this.post, this.thread.time.now())
    this.jobs.push({ batch, task, channel, values, results, next: 0, waiting: 0, ended: false })
    this.work()
  }

  private openChannel(id: number): Channel {
    const cancellation = new Cancellation(this.thread, id)
    const channel: Channel = { id, cancellation, runs: new Set(), jobs: 0 }
    this.channels.set(id, channel)
    return channel
  }

  credit({ channel, batch, index, count }: Extract<ToThread, { type: 'credit' }>): void {
    for (const run of this.channels.get(channel)?.runs ?? [])
      if (run.item === index && run.batch === batch) return run.grant(count)
  }

  cancel(id: number): void {
    const channel = this.channels.get(id)
    if (!channel) return
    this.channels.delete(id)
    channel.cancellation.cancel()
    for (let i = this.jobs.length - 1; i >= 0; i--)
      if (this.jobs[i]!.channel === channel) this.jobs.splice(i, 1)
    for (const run of channel.runs) {
      run.abandon()
      this.stragglers.watch(run)
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
    const { call, explain, timeout } = job.task
    const { cancellation } = channel
    const { cells } = this.thread
    const claim = claimCell(job.batch)
    const clockEvery = values.length > 64 ? 15 : 0
    if (job.next === 0) results.began(this.thread.time.now())
    if (cells) beginBatch(cells, job.batch)
    const context = this.contextOf(job, cancellation)
    while (job.next < values.length && this.active < this.thread.concurrency) {
      const item = cells ? Atomics.add(cells, claim, 1) : job.next
      job.next = item + 1
      // The main side has taken the rest back, for a thread that has nothing to do.
      if (item >= values.length) break
      if (timeout !== undefined) this.runTimed(job, item, timeout)
      else
        try {
          const result = call(values[item], context)
          if (typeof result !== 'object' || result === null) results.single(item, result)
          else this.follow(job, item, result, cancellation)
        } catch (thrown) {
          results.fail(item, explain(thrown))
        }
      if ((item & clockEvery) !== 0) continue
      if (this.thread.time.now() - results.lastSent > flushInterval) this.flush(results)
      // Where memory is shared, the main side has taken the rest back.
      if (!cells && cancellation.cancelled) job.next = values.length
    }
  }

  /** Runs an item whose time is limited. One that never returns is for the main side to end. */
  private runTimed(job: Job, item: number, timeout: number): void {
    const { results, task, channel } = job
    const { cells } = this.thread
    const cancellation = new Cancellation(this.thread, channel.id, timeout)
    if (cells) setBusy(cells, true)
    try {
      const result = task.call(job.values[item], this.contextOf(job, cancellation))
      if (typeof result === 'object' && result !== null) this.follow(job, item, result, cancellation)
      else this.inTime(job, item, cancellation, () => results.single(item, result))
    } catch (thrown) {
      this.inTime(job, item, cancellation, () => results.fail(item, task.explain(thrown)))
    }
    if (cells) setBusy(cells, false)
  }

  /** Gives an item its outcome, unless its time is over. */
  private inTime(job: Job, item: number, cancellation: Cancellation, outcome: () => void): void {
    if (!cancellation.isOver) return outcome()
    if (!this.thread.sleep || cancellation.isOverForTask) return job.results.timedOut(item)
    job.waiting++
    this.active++
    cancellation.whenSure(() => {
      this.active--
      if (cancellation.isOver) job.results.timedOut(item)
      else outcome()
      this.settled(job)
      this.work()
    })
  }

  private contextOf({ results }: Job, cancellation: Cancellation): MakeContext {
    return (toTransfer = (list) => results.toTransfer(list)) =>
      createContext(this.thread, cancellation, toTransfer)
  }

  /** Takes an object that a task returned: a result, or what will give some. */
  private follow(job: Job, item: number, result: object, cancellation: Cancellation): void {
    const { channel, results, task } = job
    const kind = kindOf(result)
    if (kind === 'value') return this.inTime(job, item, cancellation, () => results.single(item, result))
    const run = new ItemRun(
      job.batch,
      item,
      results,
      task.explain,
      cancellation,
      this.hostOf(job),
      this.thread.time,
    )
    channel.runs.add(run)
    job.waiting++
    this.active++
    run.follow(result, kind)
  }

  private hostOf(job: Job): RunHost {
    const { channel, results } = job
    return {
      emitted: () => {
        if (results.size >= flushSize || this.isLate(results)) this.flush(results)
        else this.flushSoon(results)
      },
      paused: () => {
        this.flush(results)
        this.active--
        this.thread.time.soon(() => this.work())
      },
      resumed: () => {
        this.active++
      },
      settled: () => this.settled(job),
      expired: (run) => this.stragglers.watch(run),
      left: (run) => {
        channel.runs.delete(run)
        this.stragglers.left(run)
        if (!run.isPaused) this.active--
        this.work()
      },
    }
  }

  /** An item that was waited for has its outcome, which goes out with the others of this turn. */
  private settled(job: Job): void {
    const { results } = job
    job.waiting--
    if (job.waiting === 0 && job.next >= job.values.length) this.finish(job)
    else if (this.isLate(results)) this.flush(results)
    else this.flushSoon(results)
  }

  private isLate(results: Results): boolean {
    return this.thread.time.now() - results.lastSent > flushInterval
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
    this.thread.time.endOfTurn(() => {
      this.flushQueued = false
      for (const each of this.unsent) this.flush(each)
    })
  }

  private flush(results: Results): void {
    this.unsent.delete(results)
    results.flush(this.thread.time.now())
  }
}
