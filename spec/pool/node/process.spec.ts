import { describe, expect, it } from 'vitest'
import { startProcess } from '../../../lib/pool/node/process.js'
import type { Membership } from '../../../lib/wire/sharing.js'
import { shareAs } from '../../../lib/wire/sharing.js'
import { realTime } from '../../../lib/wire/time.js'
import { runProgram, startGroup, startProgram } from '../../support/childProcess.js'
import { tasksPool } from '../../support/pools.js'

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

  it.each([
    ['the program', startProgram],
    // As a terminal and a service manager do.
    ['all of its processes', startGroup],
  ])("lets the program's own SIGTERM handler finish what takes time (sent to %s)", async (_whom, start) => {
    const program = start('sigterm.program.mjs')
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

  it.each(['working', 'pipeline', 'stage', 'crashing', 'straggling'])(
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

it('that there can be none of is not told of what is shared any more', async () => {
  const calls: string[] = []
  const part = {}
  shareAs(part, {
    id: 1,
    newMembership: () => ({}) as Membership,
    open: () => ({ descriptor: 'a part', died: () => void calls.push('died') }),
  })
  const source = new URL('./missing.mjs', import.meta.url)
  const options = { source, worker: {}, memoryLimit: undefined, concurrency: 1, startTimeout: 50_000 }
  const link = startProcess(
    { ...options, shared: { part }, codec: undefined, time: realTime },
    { message: () => {}, died: () => void calls.push('told') },
  )
  await expect(link.started).rejects.toMatchObject({ code: 'WORKER_START' })
  expect(calls).toEqual(['died'])
})
