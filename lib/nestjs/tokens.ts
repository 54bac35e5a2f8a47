/**
 * Under which names Nest's container keeps pools.
 * @module
 */
import { Inject } from '@nestjs/common'

/**
 * The injection token of a named pool: for `inject` lists, for `app.get` and for a test's `overrideProvider`.
 *
 * @example
 * ```ts
 * console.log(getPoolToken('math')) // → ParallelPool:math
 * ```
 * ```ts
 * import { Test } from '@nestjs/testing'
 * import math from './math.worker.js'
 *
 * const builder = Test.createTestingModule({ imports: [ParallelModule.forRoot({ pools: [{ name: 'math', worker }] })] })
 * const app = await builder.overrideProvider(getPoolToken('math')).useValue(inlinePool(math)).compile()
 * const here = app.get<Pool<typeof import('./math.worker.js')>>(getPoolToken('math'))
 * console.log(await here.run(here.tasks.square, 3)) // → 9
 * await app.close()
 * ```
 */
export function getPoolToken(name: string): string {
  return `ParallelPool:${name}`
}

/**
 * Injects a named pool into a constructor's parameter, or a property.
 *
 * @param name as `ParallelModule.forRoot`, `forRootAsync` or `forFeature` was given it. Where there is no pool of that
 *   name, Nest says that it can't resolve `ParallelPool:NAME`.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common'
 *
 * @Injectable()
 * export class Squares {
 *   constructor(@InjectPool('math') private readonly math: Pool<typeof import('./math.worker.js')>) {}
 *
 *   squareOf(n: number): Promise<number> {
 *     return this.math.run(this.math.tasks.square, n)
 *   }
 * }
 * ```
 */
export function InjectPool(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(getPoolToken(name))
}
