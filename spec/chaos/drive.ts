import type { Observable } from 'rxjs'
import { EMPTY, from, of } from 'rxjs'
import type { End } from './account.js'
import { Account, Replacement } from './account.js'
import type { FaultPlan } from './faultPlan.js'
import { badItemOf, itemOf, numberOf } from './items.js'
import { readers } from './readers.js'
import type { RunPlan } from './roundPlan.js'
import type { ChaosPool, Tools } from './shapes/shape.js'
import { sources } from './sources.js'
import type { Tally } from './tally.js'
import type { Watchdog } from './watchdog.js'

/** What a run shares with the others of its round. */
export interface Stage {
  readonly pool: ChaosPool
  readonly faults: FaultPlan
  readonly tally: Tally
  readonly watchdog: Watchdog
  /** Told of each result and each failure. */
  readonly happened: () => void
  /** Whether the pool was closed or terminated while it worked. */
  readonly wasClosed: () => boolean
  /** Whether this error may come, because of what was done to the pool from outside. */
  readonly wasBroughtAbout: (error: unknown) => boolean
}

/** So many subscriptions in a row may bring nothing to an end where it was no other's fault. */
const fruitlessMost = 3
/**
 * So many subscriptions a run. One that fails at its first error ends with every thread that dies: and where items are
 * moved, each of its neighbours may be the one that it fails by.
 */
const subscriptionsMost = 40

/**
 * Brings all items of a run to an end: where one failure ends the stream, what it has cancelled is given to a new one.
 *
 * @returns complaints.
 */
export async function drive(run: RunPlan, stage: Stage): Promise<string[]> {
  const { tally } = stage
  const shape = tally.shape(run.shape)
  const [first, end] = run.range
  let rest = Array.from({ length: end - first }, (_, i) => first + i)
  shape.pipelines++
  shape.items += rest.length
  let fruitless = 0
  for (let turn = 0; rest.length > 0 && turn < subscriptionsMost; turn++) {
    const account = new Account(rest, run.pipeline, stage.faults, stage.wasBroughtAbout)
    tally.subscriptions++
    const how = await subscribe(run, rest, account, stage)
    const { succeeded, failed, cancelled, bystanders } = account.outcomes
    shape.succeeded += succeeded
    shape.failed += failed
    tally.bystanders += bystanders
    fruitless = cancelled.length < rest.length || bystanders > 0 ? 0 : fruitless + 1
    rest = [...cancelled]
    if (account.complaints.length > 0) return account.complaints
    if (how.how !== 'failed' || stage.wasClosed() || run.pipeline.leaves) {
      shape.cancelled += rest.length
      break
    }
    if (turn === subscriptionsMost - 1) shape.cancelled += rest.length
    if (fruitless > fruitlessMost) return [`${fruitless} subscriptions in a row brought no item to an end`]
  }
  return []
}

/** Subscribes once, and waits for the end. */
async function subscribe(
  run: RunPlan,
  numbers: readonly number[],
  account: Account,
  { pool, faults, happened, watchdog }: Stage,
): Promise<End> {
  let left = run.leaveAfter
  const make = (n: number) => {
    if (faults.of(n)?.name !== 'badItem') return itemOf(n, run.payload)
    faults.strikeHere(n)
    return badItemOf(n)
  }
  const tools: Tools = {
    pool,
    itemOf: make,
    source: (all) => sources[run.source](() => lazily(all, make)),
    failed: (error, item) => {
      const n = numberOf(item)
      account.failed(n, error)
      happened()
      return replacementOf(n)
    },
  }
  const reading = readers[run.reader](run.pipeline.open(numbers, tools), ({ value, copy }) => {
    account.value(value, copy)
    happened()
    if (--left === 0) leave()
  })
  const leave = () => {
    account.close({ how: 'left' })
    reading.leave()
  }
  const came = await watchdog.waitFor(`${run.shape}: its end`, reading.ended)
  const end: End = run.pipeline.leaves && came.how === 'completed' ? { how: 'left' } : came
  if (came.how !== 'left') account.close(end)
  return end
}

function* lazily(numbers: readonly number[], make: (n: number) => unknown): Generator<unknown> {
  for (const n of numbers) yield make(n)
}

/** Nothing, a value at once, a value later: by the item's number. */
function replacementOf(n: number): Observable<unknown> {
  const replacement = new Replacement(n)
  return [EMPTY, of(replacement), from(Promise.resolve(replacement))][n % 3]!
}
