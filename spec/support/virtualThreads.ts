import { onTestFinished, vi } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'
import type { ItemFlow } from '../../lib/flow/itemFlow.js'
import type { Link, LinkEvents } from '../../lib/pool/link.js'
import { Scheduler } from '../../lib/pool/scheduler.js'
import type { ToThread } from '../../lib/wire/messages.js'
import { beginBatch, claimCell, localCells } from '../../lib/wire/sharedCells.js'
import { realTime } from '../../lib/wire/time.js'
import { itemFlow } from './itemFlows.js'

/** Milliseconds that a message is on its way, in either direction. */
const latency = 0.03
/** As the threads' own. */
const flushInterval = 3

/** Time that passes only when nothing is left to do in it. */
class VirtualTime {
  now = 0
  private readonly timers = new Map<number, { at: number; run: () => void }>()
  private next = 1

  constructor() {
    vi.spyOn(performance, 'now').mockImplementation(() => this.now)
    vi.stubGlobal('setTimeout', (run: () => void, delay = 0) => this.after(Math.max(1, delay), run))
    vi.stubGlobal('clearTimeout', (timer: number) => this.timers.delete(timer))
    onTestFinished(() => {
      vi.restoreAllMocks()
      vi.unstubAllGlobals()
    })
  }

  after(delay: number, run: () => void): number {
    this.timers.set(this.next, { at: this.now + delay, run })
    return this.next++
  }

  /** Goes on to the next thing that happens, and to all that comes of it at once. */
  async step(): Promise<void> {
    const [first] = [...this.timers].sort(([a, one], [b, other]) => one.at - other.at || a - b)
    if (!first) throw new Error('nothing is left to happen')
    this.timers.delete(first[0])
    this.now = first[1].at
    first[1].run()
    for (let i = 0; i < 4; i++) await undefined
  }
}

interface Job {
  readonly batch: number
  readonly values: readonly unknown[]
  results: unknown[]
  first: number
  since: number
}

/** A thread whose items are the milliseconds that they take. */
class VirtualThread implements Link {
  readonly threadId = 'virtual'
  readonly started = Promise.resolve({})
  readonly cells = localCells()
  private readonly jobs: Job[] = []

  constructor(
    private readonly time: VirtualTime,
    private readonly events: LinkEvents,
  ) {}

  post(message: ToThread): void {
    if (message.type !== 'batch') return
    const { batch, values } = message
    const job = { batch, values: [...values], results: [], first: 0, since: 0 }
    this.time.after(latency, () => {
      if (this.jobs.push(job) === 1) this.begin()
    })
  }
  keepAlive(): void {}
  utilization(): number {
    return 0
  }
  async terminate(): Promise<void> {}

  private begin(): void {
    const [job] = this.jobs
    if (!job) return
    beginBatch(this.cells, job.batch)
    job.since = this.time.now
    this.runNext(job)
  }

  private runNext(job: Job): void {
    const item = Atomics.add(this.cells, claimCell(job.batch), 1)
    if (item >= job.values.length) {
      this.flush(job)
      this.jobs.shift()
      return this.begin()
    }
    this.time.after(job.values[item] as number, () => {
      if (job.results.length === 0) job.first = item
      job.results.push(job.values[item])
      if (this.time.now - job.since > flushInterval) this.flush(job)
      this.runNext(job)
    })
  }

  private flush({ batch, first, results, since }: Job): void {
    if (results.length === 0) return
    const busy = this.time.now - since
    const message = {
      type: 'results',
      batch,
      first,
      values: results,
      layout: undefined,
      errors: undefined,
      busy,
    } as const
    this.time.after(latency, () => this.events.message(message))
    this.jobs[0]!.results = []
    this.jobs[0]!.since = this.time.now
  }
}

/**
 * Has threads that exist in virtual time only run items, which are the milliseconds that they take.
 * @param runs how often; what is learnt in one is known in the next.
 * @returns the last run's results, and milliseconds.
 */
export async function runVirtually(
  items: readonly number[],
  { threads = 2, ordered = true, pulled = true, runs = 2 } = {},
): Promise<{ results: unknown[]; took: number; idle: number }> {
  const time = new VirtualTime()
  const options = {
    name: 'virtual',
    min: threads,
    max: threads,
    concurrency: 1,
    idleTimeout: undefined,
    time: realTime,
  }
  const scheduler = new Scheduler(
    options,
    (events) => new VirtualThread(time, events),
    () => {},
  )
  await scheduler.ready()
  const batchSize = new BatchSize()
  let results: unknown[] = []
  let began = 0
  for (let run = 0; run < runs; run++) {
    results = []
    began = time.now
    let over = false
    const flow = flowTo(results, () => (over = true), batchSize, ordered)
    flow.attach(scheduler)
    feed(flow, items, pulled)
    while (!over) await time.step()
  }
  const took = time.now - began
  return { results, took, idle: took * threads - items.reduce((sum, each) => sum + each, 0) }
}

function flowTo(results: unknown[], complete: () => void, batchSize: BatchSize, ordered: boolean) {
  const receiver = {
    closed: false,
    next: (value: unknown) => void results.push(value),
    error: (error: unknown) => {
      throw error
    },
    complete,
  }
  return itemFlow<number, unknown>(receiver, { batchSize, ordered })
}

/** Pushes items while there is room, or all at once. */
function feed(flow: ItemFlow<number, unknown>, items: readonly number[], pulled: boolean): void {
  let next = 0
  let reading = false
  const read = () => {
    if (reading || next > items.length) return
    reading = true
    while (next < items.length && (!pulled || flow.demand.open)) flow.push(items[next++]!)
    reading = false
    if (next++ === items.length) flow.end()
    else next--
  }
  flow.demand.onOpen(read)
  read()
}
