import { expect, it } from 'vitest'
import { startProgram } from '../support/childProcess.js'

it('a signal during a run loses nothing that was accepted', async () => {
  const program = startProgram('nest.program.mjs')
  const [, url] = await program.printed(/listens at (\S+)\n/)
  const answer = fetch(`${url}/work`).then((response) => response.json())
  await program.printed('has accepted a request')
  program.kill('SIGTERM')
  expect(await answer).toEqual(Array.from({ length: 200 }, (_, value) => value))
  expect(await program.ended).toEqual({
    code: null,
    signal: 'SIGTERM',
    lines: [
      `listens at ${url}`,
      'has accepted a request',
      'is told to end: 0 items are done',
      'ends by SIGTERM: 200 items are done',
      'the other run has 20 results',
    ],
    complaints: '',
  })
})
