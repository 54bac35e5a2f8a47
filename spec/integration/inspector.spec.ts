import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compiledFixtures } from '../support/compiled.js'
import { inspected, workerOf } from '../support/inspector.js'

const folder = compiledFixtures('sourceMaps.worker', 'sourceMaps.program')
const workerFile = join(folder, 'sourceMaps.worker.js')

// What an editor or Chromium's DevTools do by this protocol.
it("a debugger sees a pool's thread by its file, with its source map, and stops at a breakpoint there", async () => {
  const { target, output, closed, leave } = await inspected(join(folder, 'sourceMaps.program.js'), 'thread')
  const worker = await workerOf(target, (url) => url.endsWith('/sourceMaps.worker.js'))
  await worker.ask('Debugger.enable')
  const lines = readFileSync(workerFile, 'utf8').split('\n')
  const lineNumber = lines.findIndex((line) => line.includes('throw new'))
  await worker.ask('Debugger.setBreakpointByUrl', { urlRegex: 'sourceMaps\\.worker\\.js$', lineNumber })
  await worker.ask('Runtime.runIfWaitingForDebugger')

  const script = await worker.next('Debugger.scriptParsed', ({ url }) =>
    url.endsWith('/sourceMaps.worker.js'),
  )
  expect(script.sourceMapURL).toBe('sourceMaps.worker.js.map')
  // One that has waited stops in its first line.
  expect(await worker.next('Debugger.paused')).toMatchObject({ reason: 'Break on start' })
  await worker.ask('Debugger.resume')
  const { callFrames } = await worker.next('Debugger.paused')
  expect(callFrames[0]).toMatchObject({ functionName: 'total', location: { lineNumber } })
  const { result } = await worker.ask('Debugger.evaluateOnCallFrame', {
    callFrameId: callFrames[0].callFrameId,
    expression: 'amounts.length',
  })
  expect(result.value).toBe(0)

  await worker.ask('Debugger.resume')
  await expect.poll(() => output.text, { timeout: 50_000 }).toContain('RangeError: nothing to add up')
  leave()
  expect(await closed).toEqual([0, null])
})
