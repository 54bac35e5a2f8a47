import { readFileSync } from 'node:fs'
import type { SourceMapPayload } from 'node:module'
import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { compiledFixtures } from '../support/compiled.js'
import type { Target } from '../support/inspector.js'
import { inspected, workerOf } from '../support/inspector.js'
import { fixture } from '../support/pools.js'

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

// tsx makes one line of a file: where a breakpoint is to be, and where it stopped, only the source map can tell.
it('a debugger stops at a line of TypeScript that tsx loads in a thread', async () => {
  const file = fileURLToPath(fixture('sourceMaps.worker.ts'))
  const throwing = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes('throw new'))
  const program = fileURLToPath(fixture('sourceMaps.program.ts'))
  const { target, output, closed, leave } = await inspected('--import', 'tsx', program, 'thread')
  const worker = await workerOf(target, (url) => url.endsWith('/tsBootstrap.js'))
  await worker.ask('Debugger.enable')
  const { breakpointId } = await worker.ask('Debugger.setInstrumentationBreakpoint', {
    instrumentation: 'beforeScriptWithSourceMapExecution',
  })
  await worker.ask('Runtime.runIfWaitingForDebugger')

  const url = await stoppedBefore(worker, /\/sourceMaps\.worker\.ts(\?|$)/)
  const script = await worker.next('Debugger.scriptParsed', (parsed) => parsed.url === url)
  const map = sourceMapOf(script.sourceMapURL)
  expect(map.payload.sources).toEqual([file])
  const columnNumber = columnOf(map, throwing, script.endColumn)
  await worker.ask('Debugger.setBreakpointByUrl', { url, lineNumber: 0, columnNumber })
  await worker.ask('Debugger.removeBreakpoint', { breakpointId })
  await worker.ask('Debugger.resume')

  const { callFrames } = await worker.next('Debugger.paused')
  const [{ functionName, location, callFrameId }] = callFrames
  expect(functionName).toBe('total')
  expect(map.findEntry(0, location.columnNumber)).toMatchObject({ originalLine: throwing })
  const expression = 'amounts.length'
  const { result } = await worker.ask('Debugger.evaluateOnCallFrame', { callFrameId, expression })
  expect(result.value).toBe(0)

  await worker.ask('Debugger.resume')
  await expect.poll(() => output.text, { timeout: 50_000 }).toContain(`sourceMaps.worker.ts:${throwing + 1}:`)
  leave()
  expect(await closed).toEqual([0, null])
})

/** Lets the worker run until it is about to run such a script, and returns the script's URL. */
async function stoppedBefore(worker: Target, url: RegExp): Promise<string> {
  for (;;) {
    const { reason, data } = await worker.next('Debugger.paused')
    if (reason === 'instrumentation' && url.test(data.url)) return data.url
    await worker.ask('Debugger.resume')
  }
}

function sourceMapOf(dataUrl: string): SourceMap {
  const json = Buffer.from(dataUrl.split(',')[1]!, 'base64').toString()
  return new SourceMap(JSON.parse(json) as SourceMapPayload)
}

/** The first column, in the one line that there is, that a line of the source has become. */
function columnOf(map: SourceMap, originalLine: number, end: number): number {
  for (let column = 0; column < end; column++) {
    const found = map.findEntry(0, column)
    if ('originalLine' in found && found.originalLine === originalLine) return column
  }
  throw new Error(`nothing was made of line ${originalLine + 1}`)
}
