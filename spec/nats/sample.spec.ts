import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, inject, it, onTestFinished } from 'vitest'
import { factors } from '../../samples/nats/factors.js'

it('the sample prints what its comment says', async () => {
  const serve = fileURLToPath(new URL('../../samples/nats/serve.ts', import.meta.url))
  const child = fork(serve, [inject('natsUrl')], { execArgv: ['--import', 'tsx'] })
  const exited = once(child, 'exit')
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  const lines: string[] = []
  await factors(inject('natsUrl'), (line) => lines.push(line))
  expect(lines).toEqual(['13', '65537', '37'])
  // It finishes, and ends by itself.
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})
