import 'reflect-metadata'
import type { INestApplication } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { threadPool } from 'rxjs-parallel'
import { getPoolToken } from 'rxjs-parallel/nestjs'
import { inlinePool } from 'rxjs-parallel/testing'
import { expect, it, onTestFinished } from 'vitest'
import { AppModule } from './app.module.js'
import * as factorsWorker from './factors.worker.js'

async function listening(app: INestApplication): Promise<string> {
  onTestFinished(() => app.close())
  await app.listen(0, '127.0.0.1')
  return app.getUrl()
}

it('answers with what a thread has computed', async () => {
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile()
  const url = await listening(built.createNestApplication())
  expect(await (await fetch(`${url}/factors/360`)).json()).toEqual([2, 2, 2, 3, 3, 5])
  expect((await fetch(`${url}/factors/many`)).status).toBe(400)
})

// #region override
it('can be tested without threads', async () => {
  const module = Test.createTestingModule({ imports: [AppModule] })
  module.overrideProvider(getPoolToken('factors')).useValue(inlinePool(factorsWorker))
  const url = await listening((await module.compile()).createNestApplication())
  expect(await (await fetch(`${url}/factors/91`)).json()).toEqual([7, 13])
})
// #endregion

it('has an application context in a thread', async () => {
  const worker = new URL('./prices.worker.ts', import.meta.url)
  await using pool = threadPool<typeof import('./prices.worker.js')>(worker, {
    size: 2,
    startTimeout: 50_000,
  })
  const prices = await Promise.all([1, 2, 3, 4].map((items) => pool.run(pool.tasks.price, items)))
  expect(prices).toEqual([20, 40, 60, 80])
})
