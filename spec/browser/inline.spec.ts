// Functions without a worker file, where a page's policy allows them.
import { describe, expect, it } from 'vitest'
import { browserTests } from './support/browser.js'
import { kitOf } from './support/kit.js'

const { open } = browserTests()

/** What an inline function comes to, and what tasks of a worker file do on the same page. */
async function runBoth(policy: string | undefined, expected: readonly RegExp[] = []) {
  const kit = await kitOf(await open({ ...(policy && { policy }), expected }))
  return kit.evaluate(async ({ rxjs, parallel, tasksPool, outcomeOf, valuesOf }) => {
    // In the debugger's own turn a page may evaluate text that its policy forbids.
    await new Promise((resolve) => setTimeout(resolve))
    const factor = 2
    const twice = () => parallel.parallelMap((n: number) => n * factor, { bindings: { factor } })
    const inline = await outcomeOf(rxjs.defer(() => rxjs.range(1, 3).pipe(twice())))
    const pool = tasksPool()
    const file = await valuesOf(rxjs.range(1, 3).pipe(parallel.parallelMap(pool.tasks.double)))
    const sums = await valuesOf(rxjs.range(1, 3).pipe(parallel.fanOut(pool.tasks.pass), parallel.fanIn()))
    await pool.close()
    return { inline, file, sums: sums.length }
  })
}

it('inline functions run in threads', async () => {
  expect(await runBoth(undefined)).toEqual({ inline: { values: [2, 4, 6] }, file: [2, 4, 6], sums: 3 })
})

it('inline functions see their bindings, and are told of names that are none', async () => {
  const kit = await kitOf(await open())
  const got = await kit.evaluate(async ({ rxjs, parallel, valuesOf, outcomeOf, numbers }) => {
    const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))
    const bound = await valuesOf(
      rxjs.from(numbers(10)).pipe(parallel.parallelMap((n) => fib(n), { bindings: { fib } })),
    )
    const where = await valuesOf(rxjs.of(0).pipe(parallel.parallelMap(() => 'window' in globalThis)))
    const unbound = await outcomeOf(rxjs.of(1).pipe(parallel.parallelMap((n) => fib(n))))
    return { bound, where, error: unbound.error }
  })
  expect(got.bound).toEqual([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
  expect(got.where).toEqual([false])
  expect(got.error).toMatchObject({ code: 'UNBOUND_NAME', message: expect.stringContaining("'fib'") })
})

describe('a Content-Security-Policy', () => {
  it("without blob: in worker-src forbids inline functions, which say so; workers' files run", async () => {
    const { inline, file, sums } = await runBoth("worker-src 'self'", [/Content Security Policy/])
    expect(inline.values).toEqual([])
    expect(inline.error!.classes).toContain('ParallelError')
    expect(inline.error!.message).toMatch(/Content-Security-Policy/)
    expect(inline.error!.message).toMatch(/worker-src/)
    expect(inline.error!.message).toMatch(/blob:/)
    expect({ file, sums }).toEqual({ file: [2, 4, 6], sums: 3 })
  })

  it("without 'unsafe-eval' forbids inline functions, which say so; workers' files run", async () => {
    const policy = "script-src 'self' blob:; worker-src 'self' blob:"
    const { inline, file, sums } = await runBoth(policy, [/Content Security Policy/, /unsafe-eval/])
    expect(inline.values).toEqual([])
    expect(inline.error!.classes).toContain('ParallelError')
    expect(inline.error!.message).toMatch(/Content-Security-Policy/)
    expect(inline.error!.message).toMatch(/'unsafe-eval'/)
    expect({ file, sums }).toEqual({ file: [2, 4, 6], sums: 3 })
  })

  it('that is strict lets worker files run without a word on the console', async () => {
    const kit = await kitOf(await open({ policy: "default-src 'self'" }))
    const results = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
      await new Promise((resolve) => setTimeout(resolve))
      const pool = tasksPool()
      const results = await valuesOf(rxjs.range(1, 3).pipe(parallel.parallelMap(pool.tasks.double)))
      await pool.close()
      return results
    })
    expect(results).toEqual([2, 4, 6])
  })
})
