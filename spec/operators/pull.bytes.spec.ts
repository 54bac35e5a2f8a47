import { tap } from 'rxjs'
import { parallelMap, pull, toAsyncIterable } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const MiB = 2 ** 20
const pool = tasksPool()
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

/** Values that are counted as they are read. */
function counted<T>(count: number, valueAt: (i: number) => T) {
  const reads = { count: 0 }
  function* values() {
    while (reads.count < count) yield valueAt(reads.count++)
  }
  return { values, reads }
}

async function manyTurns() {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Has the pool learn that `identity` takes no time, so that hundreds of small values would be read ahead. */
async function warmUp({ identity }: typeof tasks) {
  const { values } = counted(50_000, (i) => i)
  await pull(values())
    .pipe(parallelMap(identity))
    .forEach(() => {})
}

describe('large values', () => {
  it('are few under way, where the task takes no time either', async () => {
    // Of several, one would go on while another is held up: large results are known only when some have come.
    await using one = tasksPool({ size: 1 })
    const { identity } = one.tasks
    await warmUp(one.tasks)
    const { values, reads } = counted(300, (i) => new Uint8Array(MiB).fill(i, 0, 1))
    let results = 0
    let ahead = 0
    await pull(values())
      .pipe(
        tap(() => (ahead = Math.max(ahead, reads.count - results))),
        parallelMap(identity, { transfer: (bytes) => [(bytes as Uint8Array<ArrayBuffer>).buffer] }),
      )
      .forEach((value) => {
        expect((value as Uint8Array)[0]).toBe(results++ % 256)
      })
    expect(results).toBe(300)
    // As many as 16 MiB hold, of a little more than 1 MiB each.
    expect(ahead).toBeLessThanOrEqual(15)
  })

  it('are few before threads that are busy', async () => {
    const gate = new Gate()
    const { values, reads } = counted(100, (i) => ({ cells: gate.cells, value: i, text: 'x'.repeat(MiB) }))
    const done = pull(values())
      .pipe(parallelMap(tasks.hold, { batch: 100 }))
      .forEach(() => {})
    await gate.untilStarted(1)
    await manyTurns()
    // Of 2 MiB each; but some for each thread.
    expect(reads.count).toBeLessThanOrEqual(9)
    gate.open()
    await done
    expect(reads.count).toBe(100)
  })
})

describe('large results', () => {
  it('of small values are few under way, once they are known, and few wait for a slow consumer', async () => {
    const lengths = counted(400, () => MiB)
    const { reads } = lengths
    const iterator = toAsyncIterable(pull(lengths.values()).pipe(parallelMap(tasks.bytes)), { size: 4 })[
      Symbol.asyncIterator
    ]()
    let taken = 0
    let ahead = 0
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      taken++
      if (taken % 20 === 0) await manyTurns()
      ahead = Math.max(ahead, reads.count - taken)
      expect(next.value.byteLength).toBe(MiB)
    }
    expect(taken).toBe(400)
    expect(ahead).toBeLessThanOrEqual(4 + 2 * 17)
  })

  it('wait in small number for one before them', async () => {
    const gate = new Gate()
    const before = pool.stats.done
    const { values, reads } = counted(300, (i) => ({
      cells: gate.cells,
      number: i === 0 ? 1 : 0,
      value: 'x'.repeat(MiB),
    }))
    const done = pull(values())
      .pipe(parallelMap(tasks.hold as never, { batch: 1 }))
      .forEach(() => {})
    await until('as many wait as may', () => pool.stats.done - before >= 7)
    await manyTurns()
    // Of 2 MiB each, 7 may wait before nothing more is read; till then there are 6 under way, the first of them.
    expect(reads.count).toBeLessThanOrEqual(6 + 6)
    gate.open()
    await done
    expect(reads.count).toBe(300)
  })
})
