// The cases that Node's pools pass, in a page.
import type { JSHandle } from 'playwright-core'
import type { PoolCapabilities } from 'rxjs-parallel/testing'
import { contractTasks, inlinePool, poolContract } from 'rxjs-parallel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Kit } from './pages/kit.page.js'
import { browserTests } from './support/browser.js'
import { kitOf } from './support/kit.js'

const { openForAll } = browserTests()

const unshared: PoolCapabilities = { transfer: true, crash: true, endlessLoops: true }
const everything: PoolCapabilities = { ...unshared, sharedMemory: true, cancelledInLoops: true }
const { cancelledInLoops, ...inThisThread } = everything

describe.each([
  ['threads', 'a cross-origin isolated page', true, everything],
  ['threads', 'a page that is not isolated', false, unshared],
  ['inline', 'a page', false, { ...inThisThread, sharedMemory: false }],
] as const)('a pool (%s) in %s', (kind, _, isolated, capabilities) => {
  let kit: JSHandle<Kit>
  beforeAll(async () => {
    // Chromium tells what kills a thread, too.
    kit = await kitOf(await openForAll({ isolated, expected: [/which nobody catches/] }))
  })

  // Their names are known here, too: this pool is never made.
  const names = poolContract(() => inlinePool(contractTasks), capabilities).map(({ name }) => name)

  it('has the same cases as elsewhere', async () => {
    const listed = await kit.evaluate(
      ({ contract }, [kind, capabilities]) => contract(kind, capabilities).map(({ name }) => name),
      [kind, capabilities] as const,
    )
    expect(listed).toEqual(names)
  })

  it.each(names)('%s', (name) =>
    kit.evaluate(
      async ({ contract }, [kind, capabilities, name]) => {
        const { run } = contract(kind, capabilities).find((each) => each.name === name)!
        await run()
      },
      [kind, capabilities, name] as const,
    ),
  )
})
