import 'reflect-metadata'
import { Injectable, Module } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { from, lastValueFrom, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap } from 'rxjs-parallel'
import { getPoolToken, InjectPool, ParallelModule } from 'rxjs-parallel/nestjs'
import { inlinePool } from 'rxjs-parallel/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.js'
import { rejection } from '../support/outcome.js'
import { fixture, poolOptions } from '../support/pools.js'

type Tasks = typeof import('../fixtures/tasks.worker.mjs')
type TasksPool = Pool<Tasks>

const worker = fixture('tasks.worker.mjs')
const options = { ...poolOptions, size: 1 }
const numbers = { name: 'numbers', worker }

@Injectable()
class Doubler {
  constructor(@InjectPool('numbers') readonly pool: TasksPool) {}

  double(n: number): Promise<number> {
    return this.pool.run(this.pool.tasks.double, n)
  }
}

type Import = ReturnType<typeof ParallelModule.forRoot>

/** An application of these modules, which has ended when the test has. */
async function start(
  imports: (Import | (new () => object))[],
  providers: (new (...args: never[]) => object)[] = [],
) {
  const app = await Test.createTestingModule({ imports, providers }).compile()
  await app.init()
  onTestFinished(() => app.close())
  return app
}

describe('forRoot', () => {
  it('makes pools that any module may inject', async () => {
    @Module({ providers: [Doubler], exports: [Doubler] })
    class Feature {}
    const app = await start([ParallelModule.forRoot({ pools: [numbers], options }), Feature])
    expect(await app.get(Doubler).double(21)).toBe(42)
  })

  it('injects into properties, too', async () => {
    @Injectable()
    class ByProperty {
      @InjectPool('numbers') readonly pool!: TasksPool
    }
    const app = await start([ParallelModule.forRoot({ pools: [numbers], options })], [ByProperty])
    expect(app.get(ByProperty).pool).toBe(app.get(getPoolToken('numbers')))
  })

  it('keeps pools apart by their names', async () => {
    const pools = [numbers, { ...numbers, name: 'others', options: { size: 3 } }]
    const app = await start([ParallelModule.forRoot({ pools, options: { ...poolOptions, concurrency: 4 } })])
    const [first, second] = ['numbers', 'others'].map((name) => app.get<TasksPool>(getPoolToken(name)))
    expect([first!.size, second!.size]).toEqual([2, 3])
  })

  it('calls a pool by its name in errors', async () => {
    const app = await start([ParallelModule.forRoot({ pools: [numbers], options })])
    const pool = app.get<TasksPool>(getPoolToken('numbers'))
    await pool.close()
    expect((await rejection(pool.run(pool.tasks.double, 1))).message).toContain('numbers')
  })

  it('starts no thread by itself', async () => {
    const app = await start([ParallelModule.forRoot({ pools: [numbers], options })])
    expect(app.get<TasksPool>(getPoolToken('numbers')).stats.threads).toEqual([])
  })

  it('fails, when Nest makes it, for a bad option of a pool', async () => {
    const pools = [{ ...numbers, options: { size: 0 } }]
    expect((await rejection(start([ParallelModule.forRoot({ pools })]))).message).toBe(
      'threadPool: size must be a whole number of at least 1, got 0',
    )
  })

  it.each([
    [{ pool: [] }, "forRoot: there is no option 'pool'; there are pools, options, closeTimeout, metrics"],
    [{ pools: 'numbers' }, "forRoot: pools must be an array of { name, worker }, got 'numbers'"],
    [
      { pools: [{ name: '', worker }] },
      "forRoot: a pool's name must be a string with something in it, got ''",
    ],
    [{ pools: [numbers, numbers] }, "forRoot: there are two pools named 'numbers'"],
    [
      { pools: [{ ...numbers, size: 2 }] },
      "forRoot, pool: there is no option 'size'; there are name, worker, options",
    ],
    [{ pools: [{ ...numbers, options: 7 }] }, 'forRoot, pool: options must be an object, got 7'],
    [
      { closeTimeout: -1 },
      'forRoot: closeTimeout must be a number of milliseconds above 0, up to 2147483647, got -1',
    ],
    [
      { metrics: { register: 1 } },
      "forRoot: there is no option 'metrics.register'; there are registry, prefix",
    ],
  ])('refuses what is none of its options (%#)', (bad, message) => {
    expect(() => ParallelModule.forRoot(bad as never)).toThrow(`ParallelModule.${message}`)
  })
})

describe('forRootAsync', () => {
  @Injectable()
  class Config {
    readonly threads = 3
  }

  @Module({ providers: [Config], exports: [Config] })
  class ConfigModule {}

  const withConfig = (names: string[]) =>
    ParallelModule.forRootAsync({
      names,
      imports: [ConfigModule],
      inject: [Config],
      useFactory: async ({ threads }: Config) => ({
        pools: [numbers],
        options: { ...poolOptions, size: threads },
      }),
    })

  it('makes the options of what is injected', async () => {
    const app = await start([withConfig(['numbers'])], [Doubler])
    expect(app.get(Doubler).pool.size).toBe(3)
    expect(await app.get(Doubler).double(4)).toBe(8)
  })

  it('says which pool the factory left out, and which nobody named', async () => {
    expect((await rejection(start([withConfig(['numbers', 'words'])]))).message).toBe(
      "ParallelModule.forRootAsync: useFactory defines no pool named 'words'",
    )
    expect((await rejection(start([withConfig([])]))).message).toBe(
      "ParallelModule.forRootAsync: useFactory defines the pool 'numbers', which is not in names",
    )
  })

  it('refuses a factory that is none', () => {
    expect(() => ParallelModule.forRootAsync({} as never)).toThrow('there must be a useFactory')
    expect(() => ParallelModule.forRootAsync({ useFactory: {} } as never)).toThrow(
      'useFactory must be a function',
    )
  })

  it('refuses names that are no array of them', () => {
    const options = { names: 'numbers', useFactory: () => ({}) } as never
    expect(() => ParallelModule.forRootAsync(options)).toThrow(
      "names must be an array of strings, got 'numbers'",
    )
  })
})

describe('forFeature', () => {
  @Module({ imports: [ParallelModule.forFeature([numbers])], providers: [Doubler], exports: [Doubler] })
  class Feature {}

  it("makes pools of a module, with the root's options", async () => {
    const app = await start([Feature, ParallelModule.forRoot({ options: poolOptions })])
    expect(app.get(Doubler, { strict: false }).pool.size).toBe(2)
    expect(await app.get(Doubler, { strict: false }).double(5)).toBe(10)
  })

  it('keeps them from other modules', async () => {
    @Injectable()
    class Outsider {
      constructor(@InjectPool('numbers') readonly pool: TasksPool) {}
    }
    expect((await rejection(start([ParallelModule.forRoot(), Feature], [Outsider]))).message).toContain(
      'ParallelPool:numbers',
    )
  })

  it('says what is missing without forRoot', async () => {
    expect((await rejection(start([Feature]))).message).toBe(
      'ParallelModule.forFeature: import ParallelModule.forRoot() in the root module, too',
    )
  })

  it('refuses a name that is taken', async () => {
    const root = ParallelModule.forRoot({ pools: [numbers] })
    expect((await rejection(start([root, Feature]))).message).toBe(
      "ParallelModule: there are two pools named 'numbers'",
    )
  })
})

describe('a test', () => {
  it('may put another pool in the place of one', async () => {
    const tasks = { double: (n: number) => n + n }
    const inThisThread = inlinePool({ default: tasks })
    const app = await Test.createTestingModule({
      imports: [ParallelModule.forRoot({ pools: [numbers] })],
      providers: [Doubler],
    })
      .overrideProvider(getPoolToken('numbers'))
      .useValue(inThisThread)
      .compile()
    expect(await app.get(Doubler).double(8)).toBe(16)
    await app.close()
    await expect(inThisThread.run(inThisThread.tasks.double, 1)).rejects.toThrow(/closed/)
  })

  it("may put another pool in the place of a feature's, without the root module", async () => {
    const app = await Test.createTestingModule({
      imports: [ParallelModule.forFeature([numbers])],
      providers: [Doubler],
    })
      .overrideProvider(getPoolToken('numbers'))
      .useValue(inlinePool({ default: { double: (n: number) => n + n } }))
      .compile()
    expect(await app.get(Doubler).double(8)).toBe(16)
    await app.close()
  })
})

describe('an application that ends', () => {
  it('lets the work in flight end, and takes no more', async () => {
    const app = await start([ParallelModule.forRoot({ pools: [numbers], options })])
    const pool = app.get<TasksPool>(getPoolToken('numbers'))
    const gate = new Gate()
    const items = Array.from({ length: 20 }, (_, value) => ({ cells: gate.cells, value }))
    const results = lastValueFrom(from(items).pipe(parallelMap(pool.tasks.hold, { batch: 4 }), toArray()))
    await gate.untilStarted(1)
    const closed = app.close()
    gate.open()
    await closed
    expect(await results).toHaveLength(20)
    expect(await rejection(pool.run(pool.tasks.double, 1))).toMatchObject({ code: 'POOL_CLOSED' })
  })

  it('ends its pools after all that uses them', async () => {
    const told: string[] = []
    @Injectable()
    class LastWord {
      constructor(@InjectPool('numbers') private readonly pool: TasksPool) {}

      async onApplicationShutdown() {
        told.push(`${await this.pool.run(this.pool.tasks.double, 1)}`)
      }
    }
    @Module({ imports: [ParallelModule.forFeature([numbers])], providers: [LastWord] })
    class Feature {}
    const imports = [ParallelModule.forRoot({ options }), Feature]
    const app = await Test.createTestingModule({ imports }).compile()
    await app.close()
    expect(told).toEqual(['2'])
  })

  it('waits no longer than closeTimeout', async () => {
    const app = await start([ParallelModule.forRoot({ pools: [numbers], options, closeTimeout: 50 })])
    const pool = app.get<TasksPool>(getPoolToken('numbers'))
    const gate = new Gate()
    const endless = rejection(pool.run(pool.tasks.hold, { cells: gate.cells, value: 1 }))
    await gate.untilStarted(1)
    await app.close()
    expect(await endless).toMatchObject({ code: 'POOL_CLOSED' })
  })
})

it('needs no metadata of a compiler: there is none here', () => {
  expect(Reflect.getMetadata('design:paramtypes', Doubler)).toBeUndefined()
})
