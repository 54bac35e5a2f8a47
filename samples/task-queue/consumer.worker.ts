import { expose, task } from 'rxjs-parallel/worker'
import type { Task } from './tasks.js'
import { countPrimes } from './tasks.js'

export default expose({
  countPrimes,
  carryOut: task(({ name, limit }: Task, { threadId }) => ({ name, primes: countPrimes(limit), threadId })),
})
