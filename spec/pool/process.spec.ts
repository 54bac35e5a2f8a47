import { describe, expect, it } from 'vitest'
import { runProgram, startProgram } from '../support/childProcess.js'
import { tasksPool } from '../support/pools.js'

describe.concurrent('the process', () => {
  it("keeps its own signal handlers, whatever a pool's library installs", async () => {
    const handlers = () => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal))
    const before = handlers()
    await import('rxjs-parallel')
    await import('rxjs-parallel/worker')
    expect(handlers()).toEqual(before)
    const pool = tasksPool({ size: 1 })
    expect(await pool.run(pool.tasks.double, 1)).toBe(2)
    expect(handlers()).toEqual(before)
    await pool.close()
    expect(handlers()).toEqual(before)
  })

  it("lets the program's own SIGTERM handler finish what takes time", async () => {
    const program = startProgram('sigterm.program.mjs')
    await program.printed('is ready')
    program.kill('SIGTERM')
    expect(await program.ended).toEqual({
      code: 3,
      signal: null,
      lines: ['42', 'is ready', 'begins to clean up', 'has cleaned up'],
      complaints: '',
    })
  })

  it.each([
    ['untouched', []],
    ['ready', []],
    ['used', ['42']],
    ['watched', ['42']],
    ['inline', ['42']],
    ['unsubscribed', ['2']],
  ])('is not kept by an idle pool (%s)', async (what, lines) => {
    expect(await runProgram('lifetime.program.mjs', what)).toEqual({
      code: 0,
      signal: null,
      lines,
      complaints: '',
    })
  })

  it.each(['working', 'pipeline', 'stage', 'crashing'])(
    'is kept by a pool that works, until it is done (%s)',
    async (what) => {
      expect(await runProgram('lifetime.program.mjs', what)).toEqual({
        code: 0,
        signal: null,
        lines: ['done'],
        complaints: '',
      })
    },
  )
})
