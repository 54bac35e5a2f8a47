import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, it, onTestFinished } from 'vitest'
import { startProgram } from '../../spec/support/childProcess.js'
import { answerOf, manyPoints, startPost } from './testClient.js'

/** The service as users start it, in a process of its own. */
async function startService(...flags: string[]) {
  const program = startProgram({
    file: new URL('./main.ts', import.meta.url),
    // Without npx, which would keep signals to itself.
    flags: [...flags, '--import', 'tsx'],
    env: { PORT: '0' },
    deadline: 600_000,
  })
  onTestFinished(() => void program.kill('SIGKILL'))
  const [, url] = await program.printed(/points at (\S+)\n/)
  return { ...program, url: url! }
}

/** Posts so many points, and counts the answers as they come. */
async function postPoints(url: string, count: number): Promise<number> {
  const posting = startPost(`${url}/locate`, { 'Content-Type': 'text/csv' })
  const sent = pipeline(Readable.from(manyPoints(count)), posting)
  let answers = 0
  for await (const chunk of await answerOf(posting)) for (const byte of chunk) if (byte === 10) answers++
  await sent
  return answers
}

const MiB = 2 ** 20

it('answers a million points in a memory that stays flat', async () => {
  // What is kept as objects, for a million some hundreds of MiB, would end it.
  const { url } = await startService('--max-old-space-size=128')
  const memory = async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text()
    const bytes = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)![1])
    return { buffers: bytes('nodejs_external_memory_bytes'), all: bytes('process_resident_memory_bytes') }
  }
  expect(await postPoints(url, 200_000)).toBe(200_000)
  const before = await memory()
  const most = { ...before }
  let ended = false
  const answers = postPoints(url, 1_000_000).finally(() => (ended = true))
  while (!ended) {
    const now = await memory()
    most.buffers = Math.max(most.buffers, now.buffers)
    most.all = Math.max(most.all, now.all)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(await answers).toBe(1_000_000)
  // What is sent and answered are some 80 MiB of text.
  expect((most.buffers - before.buffers) / MiB).toBeLessThan(24)
  // Heaps grow up to their limits, and allocators keep some of what is freed.
  expect((most.all - before.all) / MiB).toBeLessThan(256)
}, 600_000)

it('answers what it has accepted when it is told to end', async () => {
  const { url, kill, ended } = await startService()
  const posting = startPost(`${url}/locate`, { 'Content-Type': 'text/csv' })
  posting.write('lat,lon\n52.52,13.4\n')
  const response = await answerOf(posting)
  let text = ''
  response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  kill('SIGTERM')
  // It takes no more requests by then.
  for (;;) {
    const refused = await fetch(`${url}/countries/de`).then(
      () => false,
      () => true,
    )
    if (refused) break
  }
  for (const piece of manyPoints(5000)) posting.write(piece.replace('lat,lon\n', ''))
  posting.end()
  const [outcome] = await Promise.all([ended, once(response, 'end')])
  expect(outcome).toEqual({
    code: null,
    signal: 'SIGTERM',
    lines: [`Drop a file of points at ${url}`],
    complaints: '',
  })
  expect(text.trimEnd().split('\n')).toHaveLength(5001)
}, 180_000)
