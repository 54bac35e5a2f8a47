// #region worker
import type { Observable } from 'rxjs'
import { scan } from 'rxjs'
import { expose, stage } from 'rxjs-parallel/worker'
import { countPrimes } from '../primes.mjs'

export default expose({
  countPrimes,
  runningTotal: stage((numbers$: Observable<number>) => numbers$.pipe(scan((total, n) => total + n, 0))),
})
// #endregion
