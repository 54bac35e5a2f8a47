/**
 * The stress suite at length: `npm run stress -- --times 10 --seed 1`. vitest runs it short (stress.spec.ts).
 * @module
 */
import { parseArgs } from 'node:util'
import { countIncrements, countInside, killHolders, passBall } from './stress.js'

const { values } = parseArgs({
  options: { times: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
})
const times = Number(values.times)
if (!(times > 0)) throw new RangeError(`--times must be a number above 0, got ${values.times}`)

const runs = [
  () => countIncrements(1_000_000 * times),
  () => countInside(200_000 * times),
  () => passBall(100_000 * times),
  () => killHolders(200 * times, Number(values.seed)),
]
for (const run of runs) {
  const start = performance.now()
  console.log(`${await run()}, in ${((performance.now() - start) / 1000).toFixed(1)} s`)
}
