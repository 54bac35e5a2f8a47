// #region worker
import type { DoWorkUnit } from 'observable-webworker'
import { runWorker } from 'observable-webworker'
import { of } from 'rxjs'
import { countPrimes } from '../primes.mjs'

class CountPrimes implements DoWorkUnit<number, number> {
  workUnit(limit: number) {
    return of(countPrimes(limit))
  }
}

runWorker(CountPrimes)
// #endregion
