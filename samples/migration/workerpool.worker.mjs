// #region worker
import workerpool from 'workerpool'
import { countPrimes } from './primes.mjs'

workerpool.worker({ countPrimes, add: (a, b) => a + b })
// #endregion
