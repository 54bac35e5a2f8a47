import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { root } from '../package/pack.js'

const dist = (file: string) => pathToFileURL(`${root}/dist/${file}`).href

/** Runs a module's code in a process of its own; what it prints. */
const output = (code: string, ...options: string[]): string =>
  execFileSync(process.execPath, [...options, '--input-type=module', '--eval', code], {
    encoding: 'utf8',
    timeout: 50_000,
    env: { ...process.env, NODE_OPTIONS: '' },
  }).trim()

const roundTrip = `
  const { msgpack } = await import(${JSON.stringify(dist('msgpack.js'))})
  const encoder = msgpack().encoder()
  const decoder = msgpack().decoder()
  const records = Array.from({ length: 100 }, (_, id) => ({ id, 'a key': ['a'.repeat(id), { id }, -0, 10n] }))
  for (let round = 0; round < 3; round++) {
    const { payload, transfer, sent } = encoder.encode(records)
    const arrived = decoder.decode(structuredClone(payload, { transfer }))
    sent()
    ;(await import('node:assert')).deepStrictEqual(arrived, records)
    if (Array.isArray(payload)) throw new Error('not packed')
  }
  console.log('the same')`

describe.each(['msgpack.js', 'msgpack.cjs'])('%s', (file) => {
  it('knows the URL by which a thread can import it, and is registered there then', async () => {
    const { msgpack } = await import(dist(file)).then((module) => module.default ?? module)
    expect(msgpack().module).toBe(dist(file))
    const code = `
      import(${JSON.stringify(msgpack().module)}).then(() => {
        const kind = globalThis[Symbol.for('rxjs-parallel.codecs')].get('msgpack')
        require('node:worker_threads').parentPort.postMessage([kind.name, kind.module, typeof kind.decoder().decode])
      })`
    const worker = new Worker(code, { eval: true })
    const said = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    await worker.terminate()
    expect(said).toEqual(['msgpack', dist(file), 'function'])
  })
})

describe('the codec', () => {
  it('works where code must not be made of strings', () => {
    expect(output(roundTrip, '--disallow-code-generation-from-strings')).toBe('the same')
  })

  it("works without msgpackr's native part", () => {
    const code = `process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED = 'true'\n${roundTrip}`
    expect(output(code)).toBe('the same')
  })
})
