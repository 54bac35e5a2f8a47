// #region server
import type { ApplicationConfig } from '@angular/core'
import { inlinePool } from 'rxjs-parallel/testing'
import { PRIMES } from './app.config.js'
import tasks from './primes.worker.js'

export const serverPools: ApplicationConfig = {
  providers: [{ provide: PRIMES, useFactory: () => inlinePool(tasks) }],
}
// #endregion
