import { once } from 'node:events'
import { expect, it } from 'vitest'
import { NodeHost } from '../../../lib/pool/node/nodeHost.js'
import { runProgram } from '../../support/childProcess.js'
import { workerFiles } from '../../support/workerFiles.js'

const workerFile = workerFiles()

it('closes the port of a thread that has died before anybody listened to it', async () => {
  const host = new NodeHost(workerFile('exits.mjs', 'process.exit(3)'), {})
  const closed = once(host.remotePort as never, 'close')
  expect(await host.whenDead()).toMatchObject({ exitCode: 3 })
  await closed
})

it.each(['thread', 'process'])('keeps the program till a %s that it ends has ended', async (kind) => {
  const flags = ['--import', 'tsx']
  expect(await runProgram({ file: 'ending.program.ts', flags }, kind)).toMatchObject({
    code: 0,
    lines: ['ended'],
  })
})
