import { from } from 'rxjs'
import { fanIn, fanOut, threadPool } from 'rxjs-parallel'
import { expect, it } from 'vitest'
import { valuesOf } from '../support/outcome.js'
import { poolOptions } from '../support/pools.js'
import { workerFiles } from '../support/workerFiles.js'

const workerFile = workerFiles()
const dist = (file: string) => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url).href)

/** Its stage is of a CommonJS package, say, and so of the CommonJS build. */
const worker = workerFile(
  'twoCopies.mjs',
  `import { createRequire } from 'node:module'
  import { fileURLToPath } from 'node:url'
  import { expose } from ${dist('worker.js')}

  const { stage } = createRequire(import.meta.url)(fileURLToPath(${dist('worker.cjs')}))
  export default expose({
    pass: stage(async function* (source) {
      yield* source
    }),
  })`,
)

it("a worker module may expose stages of the library's other build", async () => {
  await using pool = threadPool<any>(worker, { ...poolOptions, size: 1 })
  const passed = from([1, 2, 3]).pipe(fanOut((pool.tasks as any).pass), fanIn())
  expect(await valuesOf(passed)).toEqual([1, 2, 3])
})
