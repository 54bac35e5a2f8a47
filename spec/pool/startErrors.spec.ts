import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { of } from 'rxjs'
import type { ThreadPoolOptions } from 'rxjs-parallel'
import { fanIn, fanOut, isParallelError, parallelMap, threadPool, WorkerStartError } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/childProcess.js'
import { inProcesses, isolation } from '../support/isolation.js'
import { outcomeOf, rejection } from '../support/outcome.js'
import { fixture } from '../support/pools.js'
import { workerFiles } from '../support/workerFiles.js'

const write = workerFiles()

const broken: [what: string, file: string, cause: (cause: any) => void][] = [
  ['is missing', write('there.mjs', '').replace('there', 'missing'), () => {}],
  [
    'has a syntax error',
    write('syntax.mjs', 'export default { oh no }'),
    (cause) => {
      expect(cause).toBeInstanceOf(SyntaxError)
    },
  ],
  [
    'throws while it is loaded',
    write('throws.mjs', 'throw Object.assign(new RangeError("of the module"), { detail: 7 })'),
    (cause) => {
      expect(cause).toBeInstanceOf(RangeError)
      expect(cause).toMatchObject({ message: 'of the module', detail: 7 })
      expect(cause.stack).toContain('throws.mjs')
    },
  ],
  [
    'throws what is no Error',
    write('string.mjs', 'throw "just words"'),
    (cause) => expect(cause).toBe('just words'),
  ],
  [
    'rejects at its top level',
    write('rejects.mjs', 'await Promise.reject(new TypeError("of the top level"))'),
    (cause) => {
      expect(cause).toEqual(new TypeError('of the top level'))
    },
  ],
  [
    'imports what is not there',
    write('imports.mjs', 'import "./nowhere.mjs"'),
    (cause) => expect(cause.message).toContain('nowhere.mjs'),
  ],
  ['exits', write('exits.mjs', 'process.exit(5)'), () => {}],
  ['ends without expose', write('silent.mjs', 'export const square = (x) => x * x'), () => {}],
  [
    'exposes what is no function',
    write(
      'nonsense.mjs',
      `import { expose } from ${JSON.stringify(new URL('../../dist/worker.js', import.meta.url).href)}
       expose({ five: 5 })`,
    ),
    (cause) => {
      expect(cause).toBeInstanceOf(TypeError)
      expect(cause.message).toContain('five')
    },
  ],
  [
    'is TypeScript with an error in it',
    write('typed.ts', 'export const x: number = (() => { throw new RangeError("of the module") })()'),
    (cause) => {
      expect(cause.message).toContain('of the module')
    },
  ],
]

/** Those that a process tells of in ways of its own. */
const ofProcesses = broken.filter(([what]) => !/syntax|no Error|top level|imports/.test(what))

describe.each(inProcesses ? ofProcesses : broken)('a worker that %s', (_what, file, checkCause) => {
  // Were it not told at once, this limit would hold the test up for longer than it may last.
  const options: ThreadPoolOptions = { size: inProcesses ? 1 : 2, isolation, startTimeout: 60_000 }

  function check(error: any) {
    expect(error).toBeInstanceOf(WorkerStartError)
    expect(isParallelError(error, 'WORKER_START')).toBe(true)
    expect(error.message).toContain(basename(file))
    checkCause(error.cause)
  }

  it('rejects run, ready, and pipelines of tasks and stages at once', async () => {
    const pool = threadPool<any>(file, options)
    const { any } = pool.tasks as any
    check(await rejection(pool.run(any, 1)))
    check(await rejection(pool.ready()))
    check((await outcomeOf(of(1, 2, 3).pipe(parallelMap(any)))).error)
    check((await outcomeOf(of(1, 2, 3).pipe(fanOut(any), fanIn()))).error)
    await pool.close()
    expect(pool.stats).toMatchObject({ inFlight: 0, queued: 0, threads: [] })
  })

  // How the file is given is seen to before it is known what it is for.
  it.skipIf(inProcesses)('is told of when it is given as a URL', async () => {
    const pool = threadPool<any>(pathToFileURL(file), options)
    check(await rejection(pool.ready()))
    await pool.terminate()
  })
})

describe('the process', () => {
  const [, missing] = broken[0]!
  const [, throwing] = broken[2]!
  const exiting = broken.find(([what]) => what === 'exits')![1]

  it.each([missing, throwing, exiting])('is not held by what has failed to start (%s)', async (file) => {
    expect(await runProgram('startError.program.mjs', file, '60000')).toEqual({
      code: 0,
      signal: null,
      lines: ['WORKER_START WORKER_START WORKER_START'],
      complaints: '',
    })
  })

  it('is not held by a worker that stayed without calling expose', async () => {
    const staying = write('staying.mjs', 'setInterval(() => {}, 1000)')
    expect(await runProgram('startError.program.mjs', staying, '300')).toMatchObject({
      code: 0,
      lines: ['WORKER_START WORKER_START WORKER_START'],
    })
  })
})

describe('a worker that never calls expose', () => {
  it('is given up after startTimeout', async () => {
    const file = write('stays.mjs', 'setInterval(() => {}, 1000)')
    const pool = threadPool<any>(file, { size: 1, isolation, startTimeout: 200 })
    const error = await rejection(pool.ready())
    expect(error).toBeInstanceOf(WorkerStartError)
    expect(error.message).toContain('stays.mjs')
    expect(error.message).toContain('expose')
    expect(error.message).toContain('startTimeout')
    expect(error.message).toContain('200')
    await pool.close()
  })
})

describe('what a user reads of a worker', () => {
  it.each([
    ["a path that isn't there", './no/such.mjs', "new URL('./no/such.mjs', import.meta.url)"],
    ["a URL that isn't there", new URL('./no/such.mjs', import.meta.url), 'compiled or bundled'],
    ['a syntax error, whose place is lost', write('oh.mjs', 'oh no'), '; to see where, run it: node /'],
    ['nothing exposed', write('nothing.mjs', ''), '; let it export default expose({ … })'],
  ])('says what to do (%s)', async (_what, worker, advice) => {
    const pool = threadPool<any>(worker, { size: 1, isolation })
    expect((await rejection(pool.ready())).message).toContain(advice)
    await pool.close()
  })

  it.skipIf(inProcesses)("that calls threads.js's expose says which to call", async () => {
    const threads = JSON.stringify(import.meta.resolve('threads/worker'))
    const file = write('theirs.mjs', `import { expose } from ${threads}; expose({ double: (n) => n * 2 })`)
    const pool = threadPool<any>(file, { size: 1 })
    const error = await rejection(pool.ready())
    expect(error).toBeInstanceOf(WorkerStartError)
    expect(error.message).toBe(
      `the worker ${file} calls threads.js's expose(); call that of rxjs-parallel/worker`,
    )
    await pool.close()
  })

  it('that needs more than its memoryLimit to load says so', async () => {
    const hog = 'const all = []; for (;;) all.push(new Array(1000).fill(1))'
    const pool = threadPool<any>(write('hog.mjs', hog), {
      size: 1,
      isolation,
      memoryLimit: 16,
      worker: { stderr: true },
    })
    expect((await rejection(pool.ready())).message).toContain('memoryLimit')
    await pool.close()
  })
})

describe.skipIf(inProcesses)('a function that gives no Worker', () => {
  it.each([
    [
      'throws',
      () => {
        throw new RangeError('of the function')
      },
    ],
    ['returns something else', () => ({}) as never],
  ])('(%s) is told of by a WorkerStartError', async (_what, make) => {
    const pool = threadPool<any>(make as never, { size: 1 })
    const error = await rejection(pool.ready())
    expect(error).toBeInstanceOf(WorkerStartError)
    await pool.close()
  })
})

describe('a pool', () => {
  it('says it again each time, since the file may have been mended', async () => {
    const file = write('mended.mjs', 'throw new Error("not yet")')
    const pool = threadPool<any>(file, { size: 1, isolation, startTimeout: 60_000 })
    const { double } = pool.tasks as any
    expect((await rejection(pool.run(double, 1))).cause.message).toBe('not yet')
    expect((await rejection(pool.run(double, 1))).cause.message).toBe('not yet')
    write(
      'mended.mjs',
      `import { expose } from ${JSON.stringify(new URL('../../dist/worker.js', import.meta.url).href)}
       expose({ double: (n) => n * 2 })`,
    )
    expect(await pool.run(double, 21)).toBe(42)
    await pool.close()
  })

  it('is not hurt by the import of a worker module on the main thread', async () => {
    const { default: tasks } = await import('../fixtures/typed.worker.js')
    expect(tasks.pow(2, 3)).toBe(8)
    expect(fixture('typed.worker.ts').pathname).toContain('fixtures')
  })
})
