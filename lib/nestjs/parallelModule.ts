/**
 * The module that makes pools providers. Tokens and factories are written out, since compilers such as esbuild emit no
 * metadata for decorators; and decorators are called as functions, for which no compiler option is needed.
 * @module
 */
import type { DynamicModule, FactoryProvider, Provider } from '@nestjs/common'
import { Module } from '@nestjs/common'
import { badArgument, checkFunction, checkNames } from '../pool/checks.js'
import type { Pool } from '../pool/seam.js'
import { PoolHealthIndicator } from './health.js'
import { registerMetrics } from './metrics.js'
import type { ParallelModuleAsyncOptions, ParallelModuleOptions, PoolDefinition } from './options.js'
import { checkDefinitions, checkModuleOptions, checkPoolNames } from './options.js'
import { PoolRegistry } from './registry.js'
import { getPoolToken } from './tokens.js'

const optionsToken = 'ParallelModuleOptions'
const registryToken = 'ParallelPoolRegistry'
const optionalRegistry = { token: registryToken, optional: true }

/**
 * Makes pools of threads providers, which `@InjectPool(name)` injects.
 *
 * Threads start when they are first needed. When the application shuts down (`app.close()`, or a signal after
 * `app.enableShutdownHooks()`), the server first answers what it has accepted; then, in `onApplicationShutdown`, the
 * pools let the work in flight end and stop their threads.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common'
 * import { NestFactory } from '@nestjs/core'
 *
 * @Module({
 *   imports: [
 *     ParallelModule.forRoot({
 *       pools: [{ name: 'math', worker: new URL('./math.worker.js', import.meta.url), options: { size: 2 } }],
 *     }),
 *   ],
 * })
 * class AppModule {}
 *
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: false })
 * const math = app.get<Pool<typeof import('./math.worker.js')>>(getPoolToken('math'))
 * console.log(await math.run(math.tasks.square, 3)) // → 9
 * await app.close()
 * ```
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class, and static methods configure it
export class ParallelModule {
  /**
   * For the application's root module, once: pools that any module may inject, and what all pools have in common. Also
   * provides the {@link PoolHealthIndicator}.
   *
   * @throws ParallelError `INVALID_ARGUMENT` for bad options. What is wrong with those of one pool comes when Nest
   *   makes it; what is wrong with its worker module, with its first use.
   */
  static forRoot(options: ParallelModuleOptions = {}): DynamicModule {
    const { pools = [] } = checkModuleOptions('ParallelModule.forRoot', options)
    const names = pools.map(({ name }) => name)
    return rootModule(names, { provide: optionsToken, useValue: options })
  }

  /**
   * {@link forRoot} with options that are made of what is injected. The names of the pools have to be told beforehand.
   *
   * @throws ParallelError `INVALID_ARGUMENT` for bad options; and, when Nest calls the factory, for bad ones that it
   *   returns, or a pool that `names` has and it hasn't, or the other way round.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common'
   *
   * class Config {
   *   readonly threads = 2
   * }
   *
   * @Module({ providers: [Config], exports: [Config] })
   * class ConfigModule {}
   *
   * ParallelModule.forRootAsync({
   *   names: ['math'],
   *   imports: [ConfigModule],
   *   inject: [Config],
   *   useFactory: ({ threads }: Config) => ({ pools: [{ name: 'math', worker, options: { size: threads } }] }),
   * })
   * ```
   */
  static forRootAsync(options: ParallelModuleAsyncOptions): DynamicModule {
    const caller = 'ParallelModule.forRootAsync'
    checkNames(caller, options, ['names', 'imports', 'inject', 'useFactory'])
    const { imports = [], inject = [], useFactory } = options
    if (useFactory === undefined) throw badArgument(caller, 'there must be a useFactory')
    checkFunction(caller, 'useFactory', useFactory)
    const names = checkPoolNames(caller, options.names ?? [])
    const provider: FactoryProvider<ParallelModuleOptions> = {
      provide: optionsToken,
      inject,
      useFactory: async (...args) => {
        const made = checkModuleOptions(`${caller}, useFactory`, await useFactory(...args))
        compareNames(caller, names, made.pools ?? [])
        return made
      },
    }
    return { ...rootModule(names, provider), imports }
  }

  /**
   * For a feature's module: pools that this module may inject, and those that import it. {@link forRoot} or
   * {@link forRootAsync} has to be in the application, too.
   *
   * @throws ParallelError `INVALID_ARGUMENT` for bad options; and, when Nest makes a pool, if there is no `forRoot`.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common'
   *
   * @Module({ imports: [ParallelModule.forFeature([{ name: 'math', worker }])] })
   * export class MathModule {}
   * ```
   */
  static forFeature(pools: readonly PoolDefinition[]): DynamicModule {
    const definitions = checkDefinitions('ParallelModule.forFeature', pools)
    const names = definitions.map(({ name }) => name)
    const makers = definitions.map(
      (definition): FactoryProvider<Pool> => ({
        provide: getPoolToken(definition.name),
        inject: [optionalRegistry],
        useFactory: (registry?: PoolRegistry) => {
          if (registry) return registry.make(definition)
          throw badArgument(
            'ParallelModule.forFeature',
            'import ParallelModule.forRoot() in the root module, too',
          )
        },
      }),
    )
    return {
      module: ParallelModule,
      providers: [...makers, registration(names)],
      exports: names.map(getPoolToken),
    }
  }
}

// What `@Module({})` above the class would do.
Module({})(ParallelModule)

function rootModule(names: readonly string[], options: Provider<ParallelModuleOptions>): DynamicModule {
  const makers = names.map(
    (name): FactoryProvider<Pool> => ({
      provide: getPoolToken(name),
      inject: [registryToken, optionsToken],
      useFactory: (registry: PoolRegistry, { pools = [] }: ParallelModuleOptions) =>
        registry.make(pools.find((definition) => definition.name === name)!),
    }),
  )
  return {
    module: ParallelModule,
    global: true,
    providers: [options, ...shared, ...makers, registration(names)],
    exports: [registryToken, PoolHealthIndicator, ...names.map(getPoolToken)],
  }
}

/** What there is once in an application. */
const shared: readonly FactoryProvider[] = [
  {
    provide: registryToken,
    inject: [optionsToken],
    useFactory: (options: ParallelModuleOptions) => new PoolRegistry(options),
  },
  {
    provide: PoolHealthIndicator,
    inject: [registryToken],
    useFactory: (registry: PoolRegistry) => new PoolHealthIndicator(registry),
  },
  {
    provide: 'ParallelPoolMetrics',
    inject: [registryToken, optionsToken],
    useFactory: async (registry: PoolRegistry, { metrics = false }: ParallelModuleOptions) =>
      metrics ? registerMetrics(registry, metrics === true ? {} : metrics) : null,
  },
]

/** Tells the registry what the container has under the pools' names. */
function registration(names: readonly string[]): FactoryProvider {
  return {
    provide: `ParallelPools:${names.join()}`,
    // Where there is none, what makes the pools has said so; or a test provides them all, and needs no registry.
    inject: [optionalRegistry, ...names.map(getPoolToken)],
    useFactory: (registry: PoolRegistry | undefined, ...pools: Pool[]) => {
      for (const [i, name] of names.entries()) registry?.add(name, pools[i]!)
      return names
    },
  }
}

function compareNames(caller: string, names: readonly string[], pools: readonly PoolDefinition[]): void {
  const made = pools.map(({ name }) => name)
  const missing = names.find((name) => !made.includes(name))
  if (missing !== undefined) throw badArgument(caller, `useFactory defines no pool named '${missing}'`)
  const unnamed = made.find((name) => !names.includes(name))
  if (unnamed !== undefined)
    throw badArgument(caller, `useFactory defines the pool '${unnamed}', which is not in names`)
}
