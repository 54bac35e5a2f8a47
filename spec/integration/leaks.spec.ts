import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/childProcess.js'

/** As spec/fixtures/leaks.program.mjs prints it. */
interface Account {
  before: Record<string, unknown> & { active: Record<string, number> }
  after: Record<string, unknown> & { active: Record<string, number> }
  growth: { main: number[]; thread: number[] }
  /** How often somebody left before the end, and how many threads were ended, in all rounds. */
  cancellations: number
  crashes: number
}

/** What a pool leaves behind when the same is done over and over in a process of its own. */
async function accountOf(what: string, rounds: number): Promise<Account> {
  const { lines, complaints, code } = await runProgram(
    { file: 'leaks.program.mjs', deadline: 600_000 },
    what,
    String(rounds),
  )
  expect([code, complaints]).toEqual([0, ''])
  return JSON.parse(lines[0]!) as Account
}

/** Some thousand subscriptions each, or that many cancellations; two hundred dead threads. */
describe.each([
  { what: 'subscriptions', rounds: 6, some: 60_000 },
  { what: 'inline', rounds: 6, some: 60_000 },
  { what: 'failures', rounds: 6, some: 60_000 },
  { what: 'cancellations', rounds: 6, some: 60_000 },
  { what: 'switches', rounds: 6, some: 60_000 },
  { what: 'crashes', rounds: 4, some: 60_000 },
])('after rounds of $what', ({ what, rounds, some }) => {
  it('nothing is left', { timeout: 610_000 }, async () => {
    const { before, after, growth, cancellations, crashes } = await accountOf(what, rounds)
    // What is cancelled stops when it is told to: no thread need be ended for it, but where a machine stands still.
    if (what !== 'crashes') expect(crashes).toBeLessThan(Math.max(rounds, cancellations / 200))
    if (what === 'cancellations' || what === 'switches') expect(cancellations).toBeGreaterThan(900 * rounds)
    // Threads, ports and other handles, listeners, and what the pool says of itself.
    const { active: activeBefore, ...restBefore } = before
    const { active: activeAfter, ...restAfter } = after
    expect(restAfter).toEqual(restBefore)
    for (const [name, count] of Object.entries(activeAfter))
      expect([name, count]).toEqual([name, Math.min(count, activeBefore[name] ?? 0)])
    // What leaks grows in every round: by more than 60 bytes for each of a thousand subscriptions. Compiled code, caches
    // and the like grow in some.
    expect(Math.min(...growth.main), `main thread: ${growth.main}`).toBeLessThan(some)
    expect(Math.min(...growth.thread), `thread: ${growth.thread}`).toBeLessThan(some)
  })
})
