import 'reflect-metadata'
import { fileURLToPath } from 'node:url'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { NextFunction, Request, Response } from 'express'
import type { AppOptions } from './app.module.js'
import { appModule } from './app.module.js'

/** Milliseconds for which a client that has its answer may go on sending. */
const lingering = 2000

/** The service; it doesn't listen yet. */
export async function createApp(options: AppOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(appModule(options), {
    // Bodies are read as they come.
    bodyParser: false,
    logger: ['error', 'warn'],
  })
  setUp(app, options)
  return app
}

/** What isn't said by modules. */
export function setUp(app: NestExpressApplication, { limits }: AppOptions): void {
  app.enableShutdownHooks()
  const server = app.getHttpServer()
  // A long body may take as long as it likes, but not a client that does nothing.
  server.requestTimeout = 0
  server.timeout = limits.silence
  app.use((request: Request, response: Response, next: NextFunction) => {
    response.once('finish', () => request.complete || setTimeout(() => request.destroy(), lingering).unref())
    next()
  })
  app.useStaticAssets(fileURLToPath(new URL('./page/', import.meta.url)))
}
