import type { PoolEvent } from 'rxjs-parallel'
import { isParallelError, threadPool } from 'rxjs-parallel'
import type { Stage } from './drive.js'
import { drive } from './drive.js'
import { holdings, surplus } from './holdings.js'
import type { Disturbance, RoundPlan } from './roundPlan.js'
import type { ChaosPool } from './shapes/shape.js'
import type { Tally } from './tally.js'
import { Threads } from './threads.js'
import type { Watchdog } from './watchdog.js'

const worker = new URL('./workers/chaos.worker.mjs', import.meta.url)

/**
 * Runs a round: its pipelines to their ends, and its pool to its.
 *
 * @returns complaints. Rejects with a Hang.
 */
export async function runRound(plan: RoundPlan, tally: Tally, watchdog: Watchdog): Promise<string[]> {
  const threads = new Threads()
  const heldBefore = holdings()
  const pool: ChaosPool = threadPool(worker, {
    ...plan.variant.options,
    // Without tsx, which this thread may have been started with: it takes longer to load than all the rest.
    worker: { workerData: plan.faults.workerData, execArgv: [] },
  })
  const events = watchEvents(pool, tally, watchdog)
  const disturber = new Disturber(plan.disturbances, pool, threads, tally)
  const before = tally.bystanders
  const stage: Stage = {
    pool,
    faults: plan.faults,
    tally,
    watchdog,
    happened: () => {
      watchdog.progress()
      disturber.itemEnded()
    },
    wasClosed: () => disturber.closed,
    wasBroughtAbout: (error) => disturber.explains(error),
  }
  try {
    if (plan.isWarm) await watchdog.waitFor('pool.ready()', pool.ready())
    const complaints = (await Promise.all(plan.runs.map((run) => drive(run, stage)))).flat()
    await watchdog.until('all threads have nothing to do', () => isIdle(pool))
    await watchdog.waitFor(`pool.${plan.ending}()`, pool[plan.ending]())
    await watchdog.waitFor('what the disturbances began', disturber.done)
    await watchdog.until('all threads are gone', () => threads.count === 0)
    await watchdog
      .until('nothing is left', () => surplus(heldBefore) === undefined)
      .catch((hang) => {
        throw new Error(`left over: ${surplus(heldBefore)}`, { cause: hang })
      })
    countStruck(plan, tally)
    complaints.push(...tooMany(plan, tally.bystanders - before, events))
    return complaints
  } finally {
    tally.rounds++
    threads.stopWatching()
    // After a hang its threads must not run on.
    await Promise.race([pool.terminate(), new Promise((resolve) => setTimeout(resolve, 1000))])
  }
}

function isIdle({ stats }: ChaosPool): boolean {
  return stats.inFlight === 0 && stats.queued === 0
}

interface Events {
  crashed: number
}

function watchEvents(pool: ChaosPool, tally: Tally, watchdog: Watchdog): Events {
  const events = { crashed: 0 }
  pool.events$.subscribe(({ type }: PoolEvent) => {
    tally.threads[type]++
    watchdog.progress()
    if (type === 'crashed') events.crashed++
  })
  return events
}

function countStruck({ runs, faults }: RoundPlan, tally: Tally): void {
  for (const { range } of runs)
    for (let n = range[0]; n < range[1]; n++) {
      const fault = faults.of(n)
      if (fault) tally.struck(fault.name, faults.timesStruck(n))
    }
}

/** The item that brings a thread's death about fails alone: only what strikes from outside, or late, finds others. */
function tooMany({ runs, faults, disturbances }: RoundPlan, bystanders: number, events: Events): string[] {
  if (runs.some(({ pipeline }) => !pipeline.tight)) return []
  let most = disturbances.filter(({ act }) => act === 'kill').length
  for (const { range } of runs)
    for (let n = range[0]; n < range[1]; n++)
      if (faults.of(n)?.name === 'late' && faults.timesStruck(n) > 0) most++
  return bystanders > most
    ? [
        `${bystanders} healthy items failed by ${events.crashed} deaths of threads, ${most} of them not by an item at work`,
      ]
    : []
}

/** So many threads in a row may fail to start: see lib/pool/scheduler.ts. */
const startsTried = 3

/** Does what is planned when it is time. */
class Disturber {
  closed = false
  private killed = 0
  private ended = 0
  private readonly waiting: Disturbance[]
  private readonly begun: Promise<unknown>[] = []

  constructor(
    disturbances: readonly Disturbance[],
    private readonly pool: ChaosPool,
    private readonly threads: Threads,
    private readonly tally: Tally,
  ) {
    this.waiting = [...disturbances]
  }

  get done(): Promise<unknown> {
    return Promise.all(this.begun)
  }

  explains(error: unknown): boolean {
    if (isParallelError(error, 'POOL_CLOSED')) return this.closed
    // Killed while they started, all of them: the pool has given up.
    return isParallelError(error, 'WORKER_START') && this.killed >= startsTried
  }

  itemEnded(): void {
    this.ended++
    while (this.waiting.length > 0 && this.waiting[0]!.after <= this.ended) this.act(this.waiting.shift()!)
  }

  private act({ act, which }: Disturbance): void {
    if (this.closed) return
    if (act === 'kill') {
      if (!this.threads.kill(which)) return
      this.killed++
      this.tally.killed++
    } else if (act === 'resize') {
      this.tally.resized++
      this.begun.push(this.pool.resize(1 + (which % 4)))
    } else {
      this.closed = true
      this.tally.closed++
      this.begun.push(this.pool[act]())
    }
  }
}
