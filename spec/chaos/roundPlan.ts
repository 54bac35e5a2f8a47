import { FaultPlan } from './faultPlan.js'
import type { Fault } from './faults.js'
import type { Payload } from './items.js'
import { Random } from './random.js'
import { readers } from './readers.js'
import type { Pipeline, Shape } from './shapes/shape.js'
import { sources } from './sources.js'
import type { Variant } from './variants.js'
import { variants } from './variants.js'

/** What chaos is made of. */
export interface ChaosOptions {
  readonly seed: number
  readonly shapes: readonly Shape[]
  readonly faults: readonly Fault[]
  /** One of about so many items has a fault. */
  readonly rate: number
  /** Items of one pipeline at most, whatever its shape. */
  readonly most: number
}

/** Some pipelines at once on one pool, and what is done to them. The same seed and number make the same. */
export interface RoundPlan {
  readonly number: number
  readonly variant: Variant
  readonly faults: FaultPlan
  readonly runs: readonly RunPlan[]
  readonly disturbances: readonly Disturbance[]
  /** Whether all threads have started before anything is asked of them. */
  readonly isWarm: boolean
  readonly ending: 'close' | 'terminate'
}

export interface RunPlan {
  readonly shape: string
  readonly pipeline: Pipeline
  /** The first item's number, and the one after the last's. */
  readonly range: readonly [first: number, end: number]
  readonly payload: Payload
  readonly source: keyof typeof sources
  readonly reader: keyof typeof readers
  /** After so many results it is unsubscribed. */
  readonly leaveAfter: number
}

/** Done from outside, when so many items have ended. */
export interface Disturbance {
  readonly after: number
  /** Kill a thread; have another number of threads; close the pool; terminate it. */
  readonly act: 'kill' | 'resize' | 'close' | 'terminate'
  /** Which thread, or how many. */
  readonly which: number
}

export function planRound(options: ChaosOptions, number: number): RoundPlan {
  const { seed, shapes } = options
  const random = new Random(seed, number)
  // Every shape meets every kind of pool.
  const first = shapes[number % shapes.length]!
  const variant = variants[Math.floor(number / shapes.length) % variants.length]!
  const others = Array.from({ length: random.pick([0, 0, 0, 1, 2]) }, () => random.pick(shapes))
  const runs: RunPlan[] = []
  let end = 0
  for (const shape of [first, ...others]) {
    const run = planRun(random, shape, end, options.most)
    runs.push(run)
    end = run.range[1]
  }
  const faults = new FaultPlan(options.faults, end)
  for (const { pipeline, range } of runs)
    faults.scatter(random, options.rate, range, options.faults.filter(pipeline.canHave), pipeline.steps)
  return {
    number,
    variant,
    faults,
    runs,
    disturbances: planDisturbances(random, end),
    isWarm: random.oneOf(2),
    ending: random.pick(['close', 'terminate'] as const),
  }
}

function planRun(random: Random, shape: Shape, first: number, most: number): RunPlan {
  const pipeline = shape.make(random)
  const end = first + random.magnitude(50, Math.min(most, shape.most))
  return {
    shape: shape.name,
    pipeline,
    range: [first, end],
    payload:
      pipeline.payload ?? random.pick(['number', 'number', 'text', 'record', 'buffer', 'mixed'] as const),
    source: random.pick(Object.keys(sources) as (keyof typeof sources)[]),
    reader: random.pick(Object.keys(readers) as (keyof typeof readers)[]),
    leaveAfter: random.oneOf(10) ? random.between(0, end - first) : Number.POSITIVE_INFINITY,
  }
}

function planDisturbances(random: Random, items: number): Disturbance[] {
  const some = (act: Disturbance['act'], count: number) =>
    Array.from({ length: count }, () => ({
      act,
      after: random.between(1, items),
      which: random.between(0, 7),
    }))
  return [
    ...some('kill', random.oneOf(3) ? random.between(1, 5) : 0),
    ...some('resize', random.oneOf(6) ? random.between(1, 3) : 0),
    ...some('close', random.oneOf(20) ? 1 : 0),
    ...some('terminate', random.oneOf(20) ? 1 : 0),
  ].sort((a, b) => a.after - b.after)
}
