// #region worker
import { expose } from 'rxjs-parallel/worker'
import { countPrimes } from './primes.mjs'

export default expose({ countPrimes, add: (a: number, b: number) => a + b })
// #endregion
