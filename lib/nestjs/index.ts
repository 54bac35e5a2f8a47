/**
 * Pools as providers of Nest, which end with the application, with health and metrics.
 * @module rxjs-parallel/nestjs
 */
export { type PoolHealth, PoolHealthIndicator, type PoolHealthOptions } from './health.js'
export type {
  MetricsOptions,
  MetricsRegistry,
  ParallelModuleAsyncOptions,
  ParallelModuleOptions,
  PoolDefinition,
} from './options.js'
export { ParallelModule } from './parallelModule.js'
export { getPoolToken, InjectPool } from './tokens.js'
