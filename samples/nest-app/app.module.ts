import type { DynamicModule } from '@nestjs/common'
import { Module } from '@nestjs/common'
import { TerminusModule } from '@nestjs/terminus'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { ParallelModule } from 'rxjs-parallel/nestjs'
import { Admission } from './admission.js'
import { AnswerStreams } from './answerStreams.js'
import { HealthController } from './health.controller.js'
import type { Limits } from './limits.js'
import { LIMITS } from './limits.js'
import { LocateController } from './locate.controller.js'
import { Locator } from './locator.js'
import { MetricsController } from './metrics.controller.js'
import { WorldController } from './world.controller.js'

export interface AppOptions {
  readonly limits: Limits
  /** Of the pool. Default: the cores available. */
  readonly threads?: number
}

@Module({
  controllers: [LocateController, WorldController, HealthController, MetricsController],
  providers: [Admission, AnswerStreams, Locator],
})
class AppModule {}

/** The service's root module. */
export function appModule({ limits, threads }: AppOptions): DynamicModule {
  // A Registry for each application: there are several in a test.
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return {
    module: AppModule,
    imports: [
      TerminusModule,
      // #region parallel-module
      ParallelModule.forRoot({
        pools: [{ name: 'countries', worker: new URL('./countries.worker.js', import.meta.url) }],
        options: threads === undefined ? {} : { size: threads },
        metrics: { registry },
      }),
      // #endregion
    ],
    providers: [
      { provide: LIMITS, useValue: limits },
      { provide: Registry, useValue: registry },
    ],
  }
}
