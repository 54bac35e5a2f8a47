// #region worker
import type { DoWork } from 'observable-webworker'
import { runWorker } from 'observable-webworker'
import type { Observable } from 'rxjs'
import { scan } from 'rxjs'

class RunningTotal implements DoWork<number, number> {
  work(numbers$: Observable<number>) {
    return numbers$.pipe(scan((total, n) => total + n, 0))
  }
}

runWorker(RunningTotal)
// #endregion
