// What the chaos suite's threads run. Which items fail, and how, stands in shared memory: see faultPlan.ts.
import { workerData } from 'node:worker_threads'
import { expose, stage, task } from 'rxjs-parallel/worker'

const { kinds, kindAt, stepAt, struck } = workerData

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const forever = () => new Promise(() => setInterval(() => {}, 1000))
const failure = (n) => new RangeError(`item ${n}`)
/** What is thrown that is no Error: see `others` of faults.ts. */
const other = (n) => [`item ${n}`, { n }, null, undefined][n % 4]

/** What a faulty item does. What it returns stands for the item's result; nothing lets it have its own. */
const acts = {
  throw: (n) => {
    throw failure(n)
  },
  throwOther: (n) => {
    throw other(n)
  },
  reject: (n) => Promise.reject(failure(n)),
  badResult: (n) => ({ n, onDone() {} }),
  exit: (n) => process.exit(n % 7),
  timer: (n) => {
    setTimeout(() => {
      throw failure(n)
    }, n % 3)
    return forever()
  },
  rejection: (n) => {
    void Promise.reject(failure(n))
    return forever()
  },
  rejectionOther: (n) => {
    void Promise.reject(other(n))
    return forever()
  },
  memory: (n) => {
    const hoard = []
    for (;;) hoard.push(new Array(10_000).fill(n))
  },
  // Kills whatever is at work by then.
  late: (n, times) => {
    if (times > 1) return
    setTimeout(() => {
      throw failure(n)
    }, n % 3)
  },
  exitOnce: (_n, times) => {
    if (times === 1) process.exit(5)
  },
  throwOnce: (n, times) => {
    if (times === 1) throw failure(n)
  },
  hang: () => {
    for (;;);
  },
  stall: forever,
}

/** Has the item fail if it is to, at this step of its pipeline. */
function strike(n, step = 0) {
  const kind = kindAt[n]
  if (kind === 0 || stepAt[n] !== step) return undefined
  return acts[kinds[kind]](n, Atomics.add(struck, n, 1) + 1)
}

function numberOf(item) {
  if (typeof item === 'object') return item.n ?? item[0]
  return Number(item)
}

/** The `i`th result of an item: of the same kind as the item. */
function resultOf(item, i) {
  const n = numberOf(item)
  if (typeof item === 'number') return n * 2048 + i
  if (typeof item === 'string') return `${n}:${i}`
  if (item.bytes) return { n, i, bytes: item.bytes.map((value) => value + i) }
  return { n, i, of: item.text }
}

/** How many results a task that emits many has. */
function countOf(n) {
  return n % 97 === 96 ? 1500 : n % 4
}

function* many(item) {
  const n = numberOf(item)
  const count = countOf(n)
  for (let i = 0; i <= count; i++) {
    if (i === count >> 1) {
      const result = strike(n)
      if (result !== undefined) yield result
    }
    if (i < count) yield resultOf(item, i)
  }
}

const step =
  (number, last = false) =>
  (item) =>
    strike(numberOf(item), number) ?? (last ? resultOf(item, 0) : item)

export default expose({
  plain: (item) => strike(numberOf(item)) ?? resultOf(item, 0),
  spread: (item, again) => strike(numberOf(item)) ?? resultOf(again, 0),
  later: async (item) => {
    await nextTurn()
    return (await strike(numberOf(item))) ?? resultOf(item, 0)
  },
  move: task(async (item, { transfer }) => {
    const n = numberOf(item)
    const struckResult = await strike(n)
    if (struckResult !== undefined) return struckResult
    const result = resultOf(item, 0)
    return transfer(result, [result.bytes.buffer])
  }),
  many,
  manyLater: async function* (item) {
    for (const result of many(item)) {
      yield result
      if (numberOf(item) % 3 === 0) await nextTurn()
    }
  },
  observed: (item) => ({
    subscribe(observer) {
      try {
        for (const result of many(item)) observer.next(result)
        observer.complete()
      } catch (thrown) {
        observer.error(thrown)
      }
      return { unsubscribe() {} }
    },
  }),

  first: step(0),
  second: async (item) => step(1)(item),
  *split(item) {
    yield step(1)(item)
  },
  third: step(2, true),

  produce: function* (items) {
    for (const item of items) yield strike(numberOf(item)) ?? resultOf(item, 0)
  },
  produceLater: async function* (items) {
    for (const item of items) yield (await strike(numberOf(item))) ?? resultOf(item, 0)
  },

  loop: stage(async function* (items) {
    for await (const item of items) yield (await strike(numberOf(item))) ?? resultOf(item, 0)
  }),
  between: stage(async function* (items) {
    for await (const item of items) yield (await strike(numberOf(item), 1)) ?? item
  }),
  // An Observable of an Observable. RxJS is not imported for it: threads would take much longer to start.
  observable: stage((items) => {
    const Observable = items.constructor
    return new Observable((subscriber) => {
      let last = Promise.resolve()
      const afterwards = (run) => {
        last = last.then(run).catch((thrown) => subscriber.error(thrown))
      }
      items.subscribe({
        next: (item) =>
          afterwards(async () => subscriber.next((await strike(numberOf(item))) ?? resultOf(item, 0))),
        complete: () => afterwards(() => subscriber.complete()),
      })
    })
  }),
})
