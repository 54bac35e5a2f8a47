import { describe, expect, it } from 'vitest'
import { pidOf, untilGone } from '../../support/alive.js'
import { startGroup, startProgram } from '../../support/childProcess.js'
import { Gate } from '../../support/gate.js'
import { rejection } from '../../support/outcome.js'
import { deadlyPool } from '../../support/pools.js'

async function processesOf(program: ReturnType<typeof startProgram>): Promise<number[]> {
  const [, list] = await program.printed(/processes: ([\d ]+);/)
  const processes = list!.split(' ').map(Number)
  expect(processes).toHaveLength(2)
  return processes
}

async function startedProgram(work: string, end: string) {
  const program = startProgram('orphans.program.mjs', work, end)
  return { ...program, processes: await processesOf(program) }
}

describe('no process is left', () => {
  it.each([
    ['SIGKILL', 'loading'],
    ['SIGKILL', 'idle'],
    ['SIGKILL', 'waiting'],
    ['SIGKILL', 'sending'],
    ['SIGKILL', 'computing'],
    ['SIGKILL', 'endless'],
    ['SIGTERM', 'computing'],
    ['SIGINT', 'waiting'],
    ['SIGHUP', 'sending'],
  ])('when the program is ended by %s (%s)', async (signal, work) => {
    const program = await startedProgram(work, 'stay')
    if (work === 'loading') await program.printed(/loads;.*loads;/s)
    program.kill(signal as NodeJS.Signals)
    expect((await program.ended).signal).toBe(signal)
    await untilGone(program.processes)
  })

  it('when Ctrl-C ends the program', async () => {
    const program = startGroup('orphans.program.mjs', 'endless', 'stay')
    const processes = await processesOf(program)
    program.kill('SIGINT')
    expect((await program.ended).signal).toBe('SIGINT')
    await untilGone(processes)
  })

  it.each([
    ['exit', 'idle'],
    ['exit', 'waiting'],
    ['exit', 'sending'],
    ['exit', 'endless'],
    ['throw', 'endless'],
  ])('when the program ends (%s) by itself (%s)', async (end, work) => {
    const program = await startedProgram(work, end)
    expect((await program.ended).code).toBe(end === 'exit' ? 3 : 1)
    await untilGone(program.processes)
  })

  it.each([
    ['close', 'idle'],
    ['terminate', 'idle'],
    ['terminate', 'waiting'],
    ['terminate', 'endless'],
  ])('by %s (%s)', async (end, work) => {
    const program = await startedProgram(work, end)
    await program.ended
    await untilGone(program.processes)
  })
})

describe('terminate', () => {
  it('ends a process in whatever state it is', async () => {
    const pool = deadlyPool()
    await pool.ready()
    const pids = pool.stats.threads.map(({ threadId }) => pidOf(threadId))
    const gate = new Gate()
    const held = rejection(pool.run(pool.tasks.hold, { cells: gate.cells, n: 1 }))
    await gate.untilStarted(1)
    await pool.terminate()
    await untilGone(pids)
    expect((await held).code).toBe('POOL_CLOSED')
  })

  it('ends processes that start', async () => {
    const pool = deadlyPool({ size: 3 })
    const ready = rejection(pool.ready())
    // One by one, until there are some.
    while (pool.stats.threads.length < 3) await new Promise((resolve) => setImmediate(resolve))
    const pids = pool.stats.threads.map(({ threadId }) => pidOf(threadId))
    await pool.terminate()
    await untilGone(pids)
    expect((await ready).code).toBe('WORKER_START')
  })
})
