// #region worker
import { expose } from 'threads/worker'
import { countPrimes } from './primes.mjs'

expose({ countPrimes, add: (a, b) => a + b })
// #endregion
