import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { parallelMap } from '../../lib/operators/parallelMap.js'
import { seededRandom } from '../../samples/seededRandom.js'
import type { Costs } from './costs.js'
import type { SimulationOptions, Work } from './simulation.js'
import { Simulation } from './simulation.js'

const free = { perMessage: 0, perItem: 0 }
const costs: Costs = { main: free, thread: free, latency: 1, start: 100 }

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}

describe('a simulation', () => {
  it('takes as long as its items in their threads, and the way there and back', () => {
    const simulation = new Simulation({ threads: 2, costs })
    const { took, results, done } = simulation.run({
      count: 4,
      itemCost: () => 10,
      through: (work) => parallelMap(work, { batch: 1 }),
    })
    // Two items in each thread, one after the other.
    expect({ took, results, done }).toEqual({ took: 1 + 2 * 10 + 1, results: [0, 1, 2, 3], done: [2, 2] })
  })

  it('adds what messages cost on both sides, one after the other', () => {
    const simulation = new Simulation({
      threads: 1,
      // Half of it is for one way: 1 + 0.25 an item on the main thread, 2 + 0.5 in the other.
      costs: {
        main: { perMessage: 2, perItem: 0.5 },
        thread: { perMessage: 4, perItem: 1 },
        latency: 10,
        start: 100,
      },
    })
    const { took, mainLoad } = simulation.run({
      count: 1,
      itemCost: () => 5,
      through: (work) => parallelMap(work, { batch: 1 }),
    })
    const taskSent = 1
    const taskRead = taskSent + 10 + 2
    const batchSent = taskSent + 1.25
    // It is there before the first has been read.
    const batchRead = Math.max(batchSent + 10, taskRead) + 2.5
    const answerSent = batchRead + 5 + 2.5
    expect(took).toBe(answerSent + 10 + 1.25)
    // What it sends, and what it takes in.
    expect(mainLoad * took).toBeCloseTo(batchSent + 1.25, 10)
  })

  it('sends items together, each batch for the cost of a message', () => {
    const simulation = new Simulation({
      threads: 1,
      costs: { main: { perMessage: 2, perItem: 0 }, thread: free, latency: 0, start: 0 },
    })
    const { took, messages, mainLoad } = simulation.run({
      count: 4,
      itemCost: () => 0,
      through: (work) => parallelMap(work, { batch: 2 }),
    })
    // The task, two batches, and their answers.
    expect({ took, messages, mainLoad }).toEqual({ took: 1 + 2 + 2, messages: 3, mainLoad: 1 })
  })

  it('finds what a pool does all the time', () => {
    // An item each millisecond and thread, which costs the main thread less.
    const cheap = new Simulation({
      threads: 2,
      costs: { main: { perMessage: 0.4, perItem: 0 }, thread: free, latency: 0, start: 0 },
    })
    const through = (work: Work) => parallelMap(work, { batch: 1 })
    const { mainLoad, threadLoad } = cheap.steadyState({ itemCost: () => 1, through }, [100, 200])
    expect(mainLoad).toBeCloseTo(2 * 0.4, 1)
    expect(threadLoad).toBeCloseTo(1, 1)
    // More than it can send: two of them, of four, each millisecond.
    const dear = new Simulation({
      threads: 4,
      costs: { main: { perMessage: 0.5, perItem: 0 }, thread: free, latency: 0, start: 0 },
    })
    const limited = dear.steadyState({ itemCost: () => 1, through }, [100, 200])
    expect(limited.mainLoad).toBeCloseTo(1, 10)
    expect(limited.threadLoad).toBeCloseTo(0.5, 1)
  })

  it('keeps the order, and counts what waits for it', () => {
    const run = (ordered: boolean) =>
      new Simulation({ threads: 2, costs }).run({
        count: 5,
        // The first keeps its thread while the other does the rest.
        itemCost: (item) => (item === 0 ? 100 : 1),
        through: (work) => parallelMap(work, { batch: 1, ordered }),
      })
    expect(run(true)).toMatchObject({ results: [0, 1, 2, 3, 4], held: 4 })
    expect(run(false)).toMatchObject({ results: [1, 3, 4, 2, 0], held: 0 })
  })

  it('keeps the threads of a large pool busy in order, too', () => {
    const load = (ordered: boolean) =>
      new Simulation({ threads: 32, costs: { ...costs, latency: 0.01, start: 0 } }).steadyState(
        { itemCost: () => 0.01, through: (work) => parallelMap(work, { ordered }) },
        [30, 55],
      ).threadLoad
    expect(load(false)).toBeGreaterThan(0.95)
    expect(load(true)).toBeGreaterThan(0.95)
  })

  it('gives a slow thread less', () => {
    const { done } = new Simulation({
      threads: 2,
      costs,
      slowness: (place) => (place === 0 ? 9 : 1),
    }).run({ count: 1000, itemCost: () => 1, through: (work) => parallelMap(work, { ordered: false }) })
    expect(done[0]! + done[1]!).toBe(1000)
    expect(done[1]! / done[0]!).toBeGreaterThan(7)
  })

  it('loses threads, and no items', () => {
    const outcome = crashing(1)
    expect(outcome.crashes).toBeGreaterThan(0)
    expect(outcome.results).toEqual(numbersTo(500))
  })

  it('gives the same for the same seed, and something else for another', () => {
    expect(crashing(7)).toEqual(crashing(7))
    expect(crashing(7).took).not.toBe(crashing(8).took)
  })

  it('says when it comes to a standstill', () => {
    const simulation = new Simulation({ threads: 1, costs })
    const never = () => simulation.run({ count: 2, itemCost: () => 1, through: () => () => NEVER })
    expect(never).toThrow('0 of 2 results')
  })
})

function crashing(seed: number) {
  const options: SimulationOptions = { threads: 4, costs, crashRate: 0.02, seed }
  const random = seededRandom(seed)
  const times = numbersTo(500).map(() => random() * 3)
  return new Simulation(options).run({
    count: times.length,
    itemCost: (item) => times[item]!,
    through: (work) => parallelMap(work, { retry: 3 }),
  })
}
