import type { TestProject } from 'vitest/node'
import { findNats } from './findNats.js'
import { NatsServer } from './natsServer.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The NATS server that the specs share. */
    natsUrl: string
    /** Its program, for those that need one of their own; empty where there is only a running server. */
    natsProgram: string
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const found = findNats()
  if (!found) throw new Error('there is no NATS server: vitest.config.ts leaves this project out then')
  if ('url' in found) {
    project.provide('natsUrl', found.url)
    project.provide('natsProgram', '')
    return undefined
  }
  const server = await NatsServer.start(found.program)
  project.provide('natsUrl', server.url)
  project.provide('natsProgram', found.program)
  return () => server.remove()
}
