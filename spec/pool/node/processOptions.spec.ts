import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { from } from 'rxjs'
import { isParallelError, parallelMap, threadPool } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { inlineSource } from '../../../lib/pool/inlineFunction.js'
import { startProcess } from '../../../lib/pool/node/process.js'
import type { AnyRef } from '../../../lib/pool/seam.js'
import { backend } from '../../../lib/pool/seam.js'
import { realTime } from '../../../lib/wire/time.js'
import { pidOf } from '../../support/alive.js'
import { Gate } from '../../support/gate.js'
import { itemFlow } from '../../support/itemFlows.js'
import { rejection, thrownBy, valuesOf } from '../../support/outcome.js'
import { deadlyPool, fixture } from '../../support/pools.js'
import { Recorder } from '../../support/recorder.js'
import { until } from '../../support/until.js'

const twice = (n: number) => n * 2

const self = async (worker: Record<string, unknown>, options = {}) => {
  await using pool = deadlyPool({ size: 1, worker, ...options })
  return pool.run(pool.tasks.self, 0)
}

describe('a process', () => {
  it('has a name of its own', async () => {
    await using pool = deadlyPool({ size: 1 })
    const { threadId, pid } = await pool.run(pool.tasks.self, 0)
    expect(pid).not.toBe(process.pid)
    expect(threadId).toBe(`${hostname()}/${pid}/0`)
    expect(pool.stats.threads.map((thread) => thread.threadId)).toEqual([threadId])
    expect(pidOf(threadId)).toBe(pid)
  })

  it('is given argv, cwd, env and execArgv', async () => {
    const cwd = realpathSync(tmpdir())
    const env = { COLOUR: 'green' }
    const seen = await self({ argv: ['one', 2], cwd, env, execArgv: ['--no-deprecation'] })
    const file = fileURLToPath(fixture('deadly.worker.mjs'))
    expect(seen.argv).toEqual([process.execPath, file, 'one', '2'])
    expect(seen).toMatchObject({ cwd, colour: 'green', execArgv: ['--no-deprecation'] })
  })

  it('has at most as much heap as memoryLimit says, besides what execArgv says', async () => {
    const { heap: own } = await self({})
    const { heap, execArgv } = await self({ execArgv: ['--no-deprecation'] }, { memoryLimit: 100 })
    expect(heap).toBeLessThan(own)
    expect(heap / 2 ** 20).toBeGreaterThanOrEqual(100)
    // The young generation comes on top of it.
    expect(heap / 2 ** 20).toBeLessThan(400)
    expect(execArgv).toEqual(['--no-deprecation', '--max-old-space-size=100'])
  })

  it("takes over this process's own options of Node, but those about its program", () => {
    const code = `
      import { threadPool } from ${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)}
      const worker = ${JSON.stringify(fixture('deadly.worker.mjs').href)}
      const pool = threadPool(worker, { size: 1, isolation: 'process' })
      console.log(JSON.stringify((await pool.run(pool.tasks.self, 0)).execArgv))`
    const run = (...args: string[]) =>
      JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env: {}, timeout: 50_000 }))
    const inherited = ['--no-deprecation', '--conditions=x', '-C', 'y']
    expect(run(...inherited, '--input-type=module', '--inspect-port=0', '-e', code)).toEqual(inherited)
    expect(run(...inherited, '--input-type', 'module', `--eval=${code}`)).toEqual(inherited)
  })

  it('writes where this process does, or nowhere', () => {
    const print = (worker: string) =>
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `
          import { threadPool } from ${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)}
          const worker = ${JSON.stringify(fixture('deadly.worker.mjs').href)}
          const pool = threadPool(worker, { size: 1, isolation: 'process', worker: ${worker} })
          await pool.run(pool.tasks.print, 'words')`,
        ],
        { encoding: 'utf8', env: {}, timeout: 50_000 },
      )
    expect(print('{}')).toBe('words')
    expect(print('{ stdout: true }')).toBe('')
  })

  it('has worked for a part of its time', async () => {
    await using pool = deadlyPool({ size: 1 })
    await valuesOf(from(Array.from({ length: 20_000 }, (_, i) => i)).pipe(parallelMap(pool.tasks.double)))
    const [{ utilization } = { utilization: -1 }] = pool.stats.threads
    expect(utilization).toBeGreaterThan(0)
    expect(utilization).toBeLessThanOrEqual(1)
  })

  it('that is held up by an item has few others wait behind it', async () => {
    await using pool = deadlyPool()
    const gate = new Gate()
    const items = Array.from({ length: 200 }, (_, n) => ({ cells: gate.cells, n, number: n === 0 ? 1 : 0 }))
    const results: number[] = []
    const done = from(items)
      .pipe(parallelMap(pool.tasks.hold, { batch: 1, ordered: false }))
      .forEach((n) => void results.push(n))
    await gate.untilStarted(1)
    await until('nearly all others have ended', () => results.length >= 198)
    gate.open()
    await done
    expect(results.sort((a, b) => a - b)).toEqual(items.map(({ n }) => n))
  })

  it('runs functions whose source is sent to it', async () => {
    await using pool = deadlyPool({ size: 1 })
    const task = inlineSource('spec', (n: number) => twice(n) + 2, { twice })
    const recorder = new Recorder<number>()
    const flow = itemFlow<number, number>(recorder, {
      steps: [{ task, spread: false, caller: undefined }],
      concurrency: 10,
      place: String,
    })
    flow.attach((pool as never as AnyRef)[backend])
    for (const n of [1, 2, 20]) flow.push(n)
    flow.end()
    await until('it has ended', () => recorder.closed)
    expect(recorder.notifications).toEqual([{ next: 4 }, { next: 6 }, { next: 42 }, 'complete'])
  })
})

describe('an option that makes no sense', () => {
  it('is said when the pool is made: a function that returns a Worker', () => {
    const file = fixture('deadly.worker.mjs')
    const error = thrownBy(() => threadPool(() => new Worker(file), { isolation: 'process' }))
    expect(isParallelError(error, 'INVALID_ARGUMENT')).toBe(true)
    expect(error.message).toContain('process')
    expect(error.message).toContain('URL')
  })

  it('is said when the pool is made: one of Worker only', () => {
    const worker = { workerData: 1 }
    const error = thrownBy(() => threadPool(fixture('deadly.worker.mjs'), { isolation: 'process', worker }))
    expect(error.message).toContain("there is no option 'worker.workerData'")
    expect(error.message).toContain('execArgv')
  })

  it.each([
    ['env', { env: 'green' }],
    ['env', { env: SHARE_ENV }],
    ['execArgv', { execArgv: '--no-deprecation' }],
    ['argv', { argv: 'one' }],
    ['cwd', { cwd: 5 }],
  ])('is said with the first use: a bad %s', async (name, worker) => {
    await using pool = deadlyPool({ worker })
    const error = await rejection(pool.ready())
    expect(error.code).toBe('WORKER_START')
    expect(error.message).toContain('deadly.worker.mjs')
    expect(error.message).toContain(name)
  })

  it('is said with the first use: shared memory for all', async () => {
    const options = {
      source: fixture('deadly.worker.mjs'),
      worker: {},
      memoryLimit: undefined,
      concurrency: 1,
      startTimeout: 50_000,
      codec: undefined,
      time: realTime,
      shared: { lock: { cells: new SharedArrayBuffer(4) } },
    }
    const link = startProcess(options, {
      message: () => expect.unreachable(),
      died: () => expect.unreachable(),
    })
    const error = await rejection(Promise.resolve(link.started))
    expect(error.code).toBe('WORKER_START')
    expect(error.message).toContain("shared.lock.cells is a SharedArrayBuffer and can't be sent to a process")
    await link.terminate()
  })
})
