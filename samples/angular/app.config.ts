// #region config
import type { ApplicationConfig } from '@angular/core'
import { InjectionToken, provideBrowserGlobalErrorListeners } from '@angular/core'
import type { Pool } from 'rxjs-parallel'
import { provideThreadPool } from 'rxjs-parallel/angular'

export const PRIMES = new InjectionToken<Pool<typeof import('./primes.worker.js')>>('PRIMES')

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideThreadPool(
      PRIMES,
      () => new Worker(new URL('./primes.worker', import.meta.url), { type: 'module' }),
    ),
  ],
}
// #endregion
