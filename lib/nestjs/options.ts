/**
 * What users tell ParallelModule, and its checks.
 * @module
 */
import type { FactoryProvider, ModuleMetadata } from '@nestjs/common'
import { badArgument, checkNames, checkObject, checkString, checkTime } from '../pool/checks.js'
import type { ThreadPoolOptions } from '../pool/poolOptions.js'
import type { WorkerSource } from '../pool/workerSource.js'
import { describe } from '../wire/describe.js'

/**
 * A pool by its name: what `@InjectPool(name)` injects.
 *
 * @example
 * ```ts
 * const math: PoolDefinition = { name: 'math', worker: new URL('./math.worker.js', import.meta.url), options: { size: 2 } }
 * ```
 */
export interface PoolDefinition {
  /** Unique in the application. Errors, events, health and metrics call the pool so, too. */
  readonly name: string
  /** The worker module, as `threadPool` takes it: a URL, a path, or a function that returns a Worker. */
  readonly worker: WorkerSource
  /** As of `threadPool`; what is not given here is as in the options of `forRoot`. */
  readonly options?: ThreadPoolOptions
}

/**
 * What is used of prom-client's Registry.
 *
 * @example
 * ```ts
 * import { Registry } from 'prom-client'
 *
 * const registry: MetricsRegistry = new Registry()
 * ```
 */
export interface MetricsRegistry {
  /** Adds a metric. */
  registerMetric(metric: unknown): void
  /** Takes the metric of that name away. */
  removeSingleMetric(name: string): void
}

/**
 * How the pools' stats are registered with prom-client.
 *
 * @example
 * ```ts
 * import { Registry } from 'prom-client'
 *
 * const metrics: MetricsOptions = { registry: new Registry(), prefix: 'shop_' }
 * ParallelModule.forRoot({ metrics })
 * ```
 */
export interface MetricsOptions {
  /** The Registry of prom-client to register with. Default: prom-client's global one, `register`. */
  readonly registry?: MetricsRegistry
  /** What the metrics' names begin with. Default: `rxjs_parallel_`. */
  readonly prefix?: string
}

/**
 * What {@link ParallelModule.forRoot} takes.
 *
 * @example
 * ```ts
 * const options: ParallelModuleOptions = {
 *   pools: [{ name: 'math', worker: new URL('./math.worker.js', import.meta.url) }],
 *   options: { size: 4 },
 *   closeTimeout: 10_000,
 * }
 * ```
 */
export interface ParallelModuleOptions {
  /** Pools that any module may inject. Default: none, if all belong to features. */
  readonly pools?: readonly PoolDefinition[]
  /** Options of all pools, those of `forFeature` included, where they don't have their own. Default: `threadPool`'s. */
  readonly options?: Omit<ThreadPoolOptions, 'name'>
  /**
   * Milliseconds that the work in flight may take when the application shuts down; what isn't done by then fails with
   * a PoolClosedError. Default: no limit, so that a pipeline which never ends keeps the application from ending.
   */
  readonly closeTimeout?: number
  /** Registers the pools' stats with prom-client, which has to be installed. Default: false. */
  readonly metrics?: boolean | MetricsOptions
}

/**
 * What {@link ParallelModule.forRootAsync} takes.
 *
 * @example
 * ```ts
 * const options: ParallelModuleAsyncOptions = {
 *   names: ['math'],
 *   useFactory: async () => ({ pools: [{ name: 'math', worker: new URL('./math.worker.js', import.meta.url) }] }),
 * }
 * ```
 */
export interface ParallelModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The names of the pools that the factory defines: Nest has to know them before it calls that. Default: none. */
  readonly names?: readonly string[]
  /** Tokens of what the factory is given. Default: none. */
  readonly inject?: FactoryProvider['inject']
  /** Makes the options. */
  // biome-ignore lint/suspicious/noExplicitAny: as in Nest's FactoryProvider: what is injected is known to its author
  readonly useFactory: (...args: any[]) => ParallelModuleOptions | Promise<ParallelModuleOptions>
}

export function checkModuleOptions(caller: string, options: ParallelModuleOptions): ParallelModuleOptions {
  checkNames(caller, options, ['pools', 'options', 'closeTimeout', 'metrics'])
  if (options.pools !== undefined) checkDefinitions(caller, options.pools)
  if (options.options !== undefined) checkObject(caller, 'options', options.options)
  if (options.closeTimeout !== undefined) checkTime(caller, 'closeTimeout', options.closeTimeout)
  const { metrics = false } = options
  if (typeof metrics !== 'boolean') checkMetrics(caller, metrics)
  return options
}

function checkMetrics(caller: string, metrics: MetricsOptions): void {
  checkNames(caller, metrics, ['registry', 'prefix'], 'metrics')
  const { registry, prefix } = metrics
  const methods = ['registerMetric', 'removeSingleMetric'] as const
  if (registry !== undefined && !methods.every((method) => typeof registry?.[method] === 'function'))
    throw badArgument(caller, `metrics.registry must be a Registry of prom-client, got ${describe(registry)}`)
  if (prefix !== undefined) checkString(caller, 'metrics.prefix', prefix)
}

export function checkDefinitions(
  caller: string,
  definitions: readonly PoolDefinition[],
): readonly PoolDefinition[] {
  if (!Array.isArray(definitions))
    throw badArgument(caller, `pools must be an array of { name, worker }, got ${describe(definitions)}`)
  for (const definition of definitions) {
    checkNames(`${caller}, pool`, definition, ['name', 'worker', 'options'])
    if (definition.options !== undefined) checkObject(`${caller}, pool`, 'options', definition.options)
  }
  checkPoolNames(
    caller,
    definitions.map(({ name }) => name),
  )
  return definitions
}

export function checkPoolNames(caller: string, names: readonly string[]): readonly string[] {
  if (!Array.isArray(names))
    throw badArgument(caller, `names must be an array of strings, got ${describe(names)}`)
  for (const [i, name] of names.entries()) {
    if (typeof name !== 'string' || name === '')
      throw badArgument(caller, `a pool's name must be a string with something in it, got ${describe(name)}`)
    if (names.indexOf(name) < i) throw badArgument(caller, `there are two pools named '${name}'`)
  }
  return names
}
