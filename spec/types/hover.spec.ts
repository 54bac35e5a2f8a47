// What an editor shows when the pointer rests on a name: names and plain types, not the types that compute them.
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const file = fileURLToPath(new URL('./hovered.ts', import.meta.url))
const code = `
import { of } from 'rxjs'
import { fanIn, fanOut, fromTask, parallelMap, pull, threadPool, toAsyncIterable } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import tasks from '../../samples/first-minute/primes.worker.js'

type Primes = typeof import('../../samples/first-minute/primes.worker.js')
const pool = threadPool<Primes>(new URL('./primes.worker.js', import.meta.url))
const inline = inlinePool({ default: tasks })
const { pow, divisors, fetchPage, runningMean } = pool.tasks
const numbers$ = pull([1, 2, 3])
const divisors$ = numbers$.pipe(parallelMap(divisors))
const replaced$ = numbers$.pipe(parallelMap(divisors, { onError: () => of('none') }))
const powers$ = of<[number, number]>([2, 3]).pipe(parallelMap(pow, { spread: true }))
const sums$ = of<[number, number]>([2, 3]).pipe(parallelMap((a: number, b: number) => a + b, { spread: true }))
const texts$ = numbers$.pipe(parallelMap(async (n: number) => n.toFixed()))
const branches$ = of({ sensor: 'roof', celsius: 20 }).pipe(fanOut(runningMean))
const means$ = branches$.pipe(fanIn())
const produced$ = fromTask(divisors, 6)
const page = pool.run(fetchPage, 'https://example.org')
const loop = toAsyncIterable(divisors$)
`

const service = ts.createLanguageService(serviceHost())

function serviceHost(): ts.LanguageServiceHost {
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const read = (path: string) => (path === file ? code : ts.sys.readFile(path))
  return {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const text = read(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: read,
  }
}

/** What is shown at the first of these names after `const `, on one line. */
function shown(name: string): string {
  const at = new RegExp(`const [^=]*(?<![\\w$])${name.replace('$', '\\$')}(?![\\w$])`).exec(code)
  const position = at!.index + at![0].length - 1
  const { displayParts } = service.getQuickInfoAtPosition(file, position)!
  const text = ts.displayPartsToString(displayParts).replace(/\s+/g, ' ')
  return text.replace(/typeof import\("[^"]*\/(\w+)\.worker"\)/g, 'typeof import("$1.worker")')
}

it('shows code that compiles', () => {
  const problems = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)]
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
})

it.each([
  ['pool', 'Pool<typeof import("primes.worker")>'],
  ['pow', 'TaskRef<[base: number, exponent: number], number>'],
  ['divisors', 'TaskRef<[n: number], number>'],
  ['fetchPage', 'TaskRef<[string], string>'],
  ['runningMean', 'StageRef<Reading, { sensor: string; mean: number; }>'],
  ['divisors$', 'Observable<number>'],
  ['replaced$', 'Observable<string | number>'],
  ['powers$', 'Observable<number>'],
  ['texts$', 'Observable<string>'],
  ['branches$', 'Observable<Branch<{ sensor: string; mean: number; }>>'],
  ['means$', 'Observable<{ sensor: string; mean: number; }>'],
  ['produced$', 'Observable<number>'],
  ['page', 'Promise<string>'],
  ['loop', 'AsyncIterable<number>'],
])('%s is shown as %s', (name, type) => {
  expect(shown(name)).toBe(`const ${name}: ${type}`)
})

it.each([
  ['parallelMap(divisors))', 'options?: ParallelMapOptions<number, never> | undefined'],
  ['parallelMap(pow,', 'options: WithSpread<ParallelMapOptions<[base: number, exponent: number], never>>'],
  ['parallelMap(async', 'options?: InlineOptions<number, never> | undefined'],
  ['parallelMap((a', 'options: WithSpread<InlineOptions<[a: number, b: number], never>>'],
])('the options of %s are shown by their name', (call, options) => {
  const info = service.getQuickInfoAtPosition(file, code.indexOf(call))
  const text = ts.displayPartsToString(info?.displayParts).replace(/\s+/g, ' ')
  expect(text).toContain(options)
  expect(text).not.toContain('&')
})

it('shows no type that is yet to be computed', () => {
  const names = [...code.matchAll(/(?<=[^\w$'"./])[a-z]\w*\$?/gi)]
  for (const { index, 0: name } of names) {
    const info = service.getQuickInfoAtPosition(file, index)
    expect(ts.displayPartsToString(info?.displayParts), name).not.toMatch(
      /\binfer\b|\bRefOf<|\bTasksOf<|\bEmitted<|\bItemOf<|\? .* : /,
    )
  }
  expect(names.length).toBeGreaterThan(50)
})
