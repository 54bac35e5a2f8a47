import type { Observable, Subscriber } from 'rxjs'
import type { Demand } from '../flow/demand.js'
import { emittingReader, offerDemand, offeredDemand } from '../flow/demand.js'
import type { ItemFlowOptions } from '../flow/itemFlow.js'
import { ItemFlow } from '../flow/itemFlow.js'
import type { Receiver } from '../flow/outlet.js'
import type { Attachable, WorkStep } from '../flow/work.js'
import type { PoolBackend } from '../pool/seam.js'
import type { Manifest } from '../wire/messages.js'
import { FlowInput } from './flowInput.js'

/** One `parallelMap`: what it runs, where, and its options. */
export interface Mapping
  extends Pick<
    ItemFlowOptions,
    | 'ordered'
    | 'concurrency'
    | 'bufferSize'
    | 'bufferBytes'
    | 'overflow'
    | 'transfer'
    | 'timeout'
    | 'retry'
    | 'replace'
  > {
  readonly step: WorkStep
  readonly batch: 'auto' | number
  /** The pool that runs it: that of inline functions is made only when one is subscribed. */
  readonly pool: () => PoolBackend
  /** An inline function that is a generator; of a worker module's functions its threads tell. */
  readonly isGenerator: boolean
}

/** Adjacent `parallelMap`s that may run as one hop to a thread and back, and what the first of them reads. */
export interface Chain {
  readonly source: Observable<unknown>
  readonly mappings: readonly Mapping[]
}

const chains = new WeakMap<Observable<unknown>, Chain>()

/** Remembers that the Observable is what that chain emits. */
export function markChain(result: Observable<unknown>, chain: Chain): void {
  chains.set(result, chain)
}

/** The chain of `mapping` alone, or that of the mappings before it with it at the end. */
export function chainOf(source: Observable<unknown>, mapping: Mapping): Chain {
  const before = chains.get(source)
  const alone = { source, mappings: [mapping] }
  if (!before?.mappings.every(mayGoOn) || !mayGoOn(mapping) || !takesAll(mapping)) return alone
  if (before.mappings[0]!.pool() !== mapping.pool()) return alone
  return { source: before.source, mappings: [...before.mappings, mapping] }
}

/** What has limits or rules of its own for each item needs to know where one step ends and the next begins. */
function mayGoOn({ concurrency, timeout, retry, replace }: Mapping): boolean {
  return concurrency === Number.POSITIVE_INFINITY && !timeout && !retry && !replace
}

/** Whether nothing is said of how its items come to the thread: in a chain they are there. */
function takesAll({ bufferSize, bufferBytes, transfer, batch }: Mapping): boolean {
  return (
    transfer === undefined &&
    batch === 'auto' &&
    bufferSize === Number.POSITIVE_INFINITY &&
    bufferBytes === Number.POSITIVE_INFINITY
  )
}

/** Runs a chain for one subscriber. */
export function runChain({ source, mappings }: Chain, subscriber: Subscriber<unknown>): void {
  const below = offeredDemand()
  const flow = flowOf(mappings, subscriber, below)
  flow.attach(mappings[0]!.pool())
  const within = emittingReader()
  if (mappings.length > 1)
    flow.settle = (manifest, pool) => {
      flow.settle = undefined
      const parts = partsOf(mappings, manifest)
      if (parts.length === 1) return
      // Whoever emits at this moment is not whom they are subscribed by.
      offerDemand(below, () => divide(flow, parts, pool, subscriber, below), within)
    }
  const input = new FlowInput(flow)
  // Before the source is subscribed: a synchronous one must see that nobody listens any more.
  subscriber.add(input)
  subscriber.add(() => flow.cancel())
  offerDemand(flow.demand, () => source.subscribe(input))
}

/**
 * What one generator emits is work for all threads, and in a chain its own thread would do it all: so a chain ends with
 * each generator.
 */
function partsOf(mappings: readonly Mapping[], manifest: Manifest): Mapping[][] {
  const parts: Mapping[][] = [[]]
  for (const mapping of mappings) {
    const { task } = mapping.step
    const ends = 'name' in task ? manifest[task.name] === 'generator' : mapping.isGenerator
    parts.at(-1)!.push(mapping)
    if (ends && mapping !== mappings.at(-1)) parts.push([])
  }
  return parts
}

/** Has `flow`, which nothing was taken from yet, run the first part, and others the rest. */
function divide(
  flow: ItemFlow<unknown, unknown>,
  parts: readonly Mapping[][],
  pool: Attachable,
  subscriber: Subscriber<unknown>,
  below: Demand | undefined,
): void {
  let receiver: Receiver<unknown> = subscriber
  let demand = below
  for (const part of parts.slice(1).reverse()) {
    const next = flowOf(part, receiver, demand)
    next.attach(pool)
    subscriber.add(() => next.cancel())
    receiver = inletOf(next)
    demand = next.demand
  }
  flow.divert(receiver, { ...runOf(parts[0]!), below: demand })
}

function flowOf(
  mappings: readonly Mapping[],
  receiver: Receiver<unknown>,
  below: Demand | undefined,
): ItemFlow<unknown, unknown> {
  const [first] = mappings as [Mapping]
  return new ItemFlow<unknown, unknown>(receiver, {
    ...first,
    ...runOf(mappings),
    pin: undefined,
    place: (item) => `items[${item}]`,
    below,
  })
}

function runOf(mappings: readonly Mapping[]): Pick<ItemFlowOptions, 'steps' | 'batchSize' | 'ordered'> {
  const [first] = mappings as [Mapping]
  const steps = mappings.map(({ step }) => step)
  // Results come in the last one's order; that of those before it shows in nothing but this.
  return { steps, batchSize: first.pool().batchSizeOf(steps, first.batch), ordered: mappings.at(-1)!.ordered }
}

function inletOf(flow: ItemFlow<unknown, unknown>): Receiver<unknown> {
  return {
    next: (value) => flow.push(value),
    error: (error) => flow.abort(error),
    complete: () => flow.end(),
    get closed() {
      return flow.closed
    },
  }
}
