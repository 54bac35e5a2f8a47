// #region worker
import { expose } from 'rxjs-parallel/worker'

export default expose({
  /** How many primes there are from one number up to another. */
  countPrimes: (from: number, to: number) => {
    let count = 0
    for (let n = Math.max(from, 2); n < to; n++) if (isPrime(n)) count++
    return count
  },
})

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return true
}
// #endregion
