// samples/nest-app in a process of its own: `pool`, as it is, or `here`, which finds countries in the main thread.
import 'reflect-metadata'
import { availableParallelism } from 'node:os'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { Test } from '@nestjs/testing'
import { map } from 'rxjs'
import { setUp } from '../../../samples/nest-app/app.js'
import { appModule } from '../../../samples/nest-app/app.module.js'
import tasks from '../../../samples/nest-app/countries.worker.js'
import { defaultLimits } from '../../../samples/nest-app/limits.js'
import { Locator } from '../../../samples/nest-app/locator.js'

// One core is left to the main thread, in both.
const options = { limits: defaultLimits, threads: Math.max(1, availableParallelism() - 1) }
const building = Test.createTestingModule({ imports: [appModule(options)] })
if (process.argv[2] === 'here')
  building.overrideProvider(Locator).useValue({ locate: () => map(tasks.locate) })
const built = await building.compile()
const app = built.createNestApplication<NestExpressApplication>({ bodyParser: false })
setUp(app, options)
await app.listen(0, '127.0.0.1')
process.send!(await app.getUrl())
// Not without the benchmark.
process.once('disconnect', () => process.exit())
