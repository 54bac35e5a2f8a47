import type { INestApplicationContext } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { expose } from 'rxjs-parallel/worker'
import { Prices, PricesModule } from './prices.js'

let starting: Promise<INestApplicationContext> | undefined

/** This thread's application context, which its first item starts. */
function context(): Promise<INestApplicationContext> {
  // Else Nest would end the thread where its providers can't be made: this way, runs fail with the reason.
  const options = { abortOnError: false, logger: ['error', 'warn'] as ('error' | 'warn')[] }
  return (starting ??= NestFactory.createApplicationContext(PricesModule, options))
}

export default expose({
  price: async (items: number) => (await context()).get(Prices).of(items),
})
