import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram } from '../../spec/support/childProcess.js'
import { census, main } from './main.js'
import type { Measure } from './measureFile.js'
import { measureFile } from './measureFile.js'
import { inOneThread } from './oneThread.js'
import { temporaryFolder } from './temporaryFolder.js'

const never = new AbortController().signal

/** Sound files and every kind of broken one. */
function mixedFolder(): string {
  const sound = Array.from({ length: 40 }, (_, i) => [
    `node_modules/p${i % 5}/${i}.js`,
    `function f${i}(a) {\n${'  if (a) a++\n'.repeat(i)}}\n`,
  ])
  return temporaryFolder({
    ...Object.fromEntries(sound),
    'node_modules/p1/syntax.js': 'function (',
    'node_modules/p2/film.ts': Uint8Array.of(0x47, 0xff, 0xfe, 0x80),
    'node_modules/p3/nested.js': '['.repeat(200_000),
    'node_modules/p3/empty.js': '',
    'node_modules/broken/only.mjs': 'let let = 1\n}',
  })
}

it('counts every sound file and lists every broken one', async () => {
  const seen: Measure[] = []
  const options = { folders: [mixedFolder()], threads: 2 }
  const { packages, threads } = await census(options, (measure) => seen.push(measure), never)
  expect(packages.map((found) => [found.package, found.files, found.lines, found.problems.length])).toEqual([
    ['p4', 8, 188, 0],
    ['p3', 9, 180, 1],
    ['p2', 8, 172, 1],
    ['p1', 8, 164, 1],
    ['p0', 8, 156, 0],
    ['broken', 0, 0, 1],
  ])
  expect(packages[0]?.longest[0]).toMatchObject({ name: 'f39', line: 1, lines: 41, complexity: 40 })
  expect(packages[2]?.problems[0]?.reason).toBe('not UTF-8 text')
  expect(seen).toHaveLength(45)
  expect(threads).toHaveLength(2)
})

it('counts the same as a plain loop in one thread', async () => {
  const folders = [mixedFolder()]
  const { packages } = await census({ folders, threads: 2 }, () => {}, never)
  expect(await inOneThread(folders, () => {}, never)).toEqual(packages)
})

it('answers for a file that has gone or is forbidden', async () => {
  const folder = temporaryFolder({ 'a.js': '' })
  const gone = await measureFile({ path: join(folder, 'gone.js'), package: 'p' })
  expect(gone).toMatchObject({ package: 'p', problem: expect.stringMatching(/^ENOENT/) })
  if (process.getuid?.() === 0) return // whom nothing is forbidden
  chmodSync(join(folder, 'a.js'), 0)
  const forbidden = await measureFile({ path: join(folder, 'a.js'), package: 'p' })
  expect(forbidden).toMatchObject({ package: 'p', problem: expect.stringMatching(/^EACCES/) })
})

it('prints tables, problems, threads and the comparison', async () => {
  const { code, output } = await run([mixedFolder(), '--compare', '--threads', '2'])
  expect(output).toContain('All packages, by lines:')
  expect(output).toContain('The longest functions, one a file:')
  expect(output).toContain('4 problems, not in the tables:')
  expect(output).toMatch(/41 files, 860 lines, 40 functions in \d+\.\d s with 2 threads:/)
  expect(output).toContain('Both counted the same.')
  expect(code).toBe(0)
})

it('has an empty table for an empty folder', async () => {
  const { code, output } = await run([temporaryFolder({ 'README.md': '' })])
  expect(output).toMatch(/0 files, 0 lines, 0 functions/)
  expect(code).toBe(0)
})

it('complains in one line, with exit code 2', async () => {
  for (const args of [['/no/such/folder'], ['--fast'], [import.meta.filename]]) {
    const { code, output, complaints } = await run(args)
    expect({ code, output, lines: complaints.length }).toEqual({ code: 2, output: '', lines: 1 })
    expect(complaints[0]).toMatch(/^code-census: [^\n]+$/)
  }
})

it.skipIf(process.platform === 'win32')('ends at Ctrl-C', { timeout: 180_000 }, async () => {
  const program = startProgram(
    { file: new URL('./main.ts', import.meta.url), flags: ['--import', 'tsx'], deadline: 170_000 },
    fileURLToPath(new URL('../../node_modules', import.meta.url)), // enough for half a minute
  )
  await program.complained(/ [1-9]\d*\/\d+ files/) // some are done
  program.kill('SIGINT')
  const { code, lines, complaints } = await program.ended
  expect(complaints).toMatch(/code-census: interrupted\n$/)
  expect({ code, lines }).toEqual({ code: 130, lines: [] })
})

async function run(args: string[]) {
  const [lines, complaints]: [string[], string[]] = [[], []]
  const code = await main(
    args,
    (line) => lines.push(line),
    (line) => complaints.push(line),
  )
  return { code, output: lines.join('\n'), complaints }
}
