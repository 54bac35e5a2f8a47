import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Document } from './documents.js'
import { documents } from './documents.js'
import { faultTable } from './faults.js'
import { brokenLinks } from './links.js'
import { atRoot, blocks, isScript, prose, sampleCode } from './readmeBlocks.js'
import {
  benchmarkTable,
  lockTable,
  natsBenchmarkTable,
  nestBenchmarkTable,
  processTable,
  tableIn,
} from './tables.js'

const all = documents()

describe.each(all)('the code of $path', ({ path, text }) => {
  for (const { line, language, source, code } of blocks(text)) {
    if (source !== undefined) {
      test(`line ${line} is ${source} (npm run readme)`, () => {
        expect(code).toBe(sampleCode(source))
      })
    } else if (isScript(language) && !(language === 'ts' && path !== 'README.md')) {
      test(`line ${line} says which sample it is from`, () => {
        expect.fail(
          `${path}:${line} has no <!-- code: samples/… --> before it, and is no example for a page: ts`,
        )
      })
    }
  }

  test('is fenced at the start of a line, with ```, as this spec reads it', () => {
    expect(text.match(/^[ >]*(```|~~~)/gm) ?? []).toHaveLength(2 * blocks(text).length)
  })

  test('leaves no comment without its block', () => {
    expect(text.match(/<!-- code:/g) ?? []).toHaveLength(
      blocks(text).filter((block) => block.source !== undefined).length,
    )
  })
})

/** A table, wherever it stands. */
function tables(name: string): string[] {
  return all.flatMap(({ text }) => tableIn(text, name) ?? [])
}

test('the table of faults is what running them gives (npm run readme)', { timeout: 180_000 }, async () => {
  const table = await faultTable()
  expect(tables('faults')).toEqual([table])
})

test("the benchmark is the last whole run's (npm run bench, npm run readme)", () => {
  expect(tables('benchmark')).toEqual([benchmarkTable(), benchmarkTable()])
})

test("the benchmark of Nest is the last whole run's (npm run bench:nest, npm run readme)", () => {
  expect(tables('nest benchmark')).toEqual([nestBenchmarkTable()])
})

test("the benchmark over NATS is the last whole run's (npm run bench:nats, npm run readme)", () => {
  expect(tables('nats benchmark')).toEqual([natsBenchmarkTable()])
})

test("the table of processes is the last whole run's (npm run bench, npm run readme)", () => {
  expect(tables('processes')).toEqual([processTable()])
})

test("the table of locks is the last run's (npm run bench:locks, npm run readme)", () => {
  expect(tables('locks')).toEqual([lockTable()])
})

test.each(all)('the links of $path lead somewhere', (document) => {
  expect(brokenLinks(document)).toEqual([])
})

test('a link that leads nowhere is found', () => {
  const text =
    '[a](README.md) [b](no.md) [c](#d) [e](LICENSE#f) [g](http://h.org) [i](https://j)\n\n## K\n[k](#k)'
  const found = ['no.md', '#d', 'LICENSE#f', 'http://h.org', 'https://j']
  expect(brokenLinks({ path: 'CHANGELOG.md', text })).toEqual(found)
})

test.each(all)('the npm commands of $path exist', ({ text }) => {
  expect(unknownCommands(text)).toEqual([])
})

test.each(all)('the programs that $path runs exist', ({ text }) => {
  expect(programsRunBy(text).filter((path) => !existsSync(atRoot(path)))).toEqual([])
})

test('what is run is found in blocks and in prose', () => {
  const text =
    '`npx tsx a/main.ts` and\n`npx tsx\nb.ts 5`\n\n```sh\nnpm run x && npx tsx c/d.ts FOLDER\n```\n'
  expect(programsRunBy(text)).toEqual(['c/d.ts', 'a/main.ts', 'b.ts'])
})

const npmsOwn = new Set(['ci', 'i', 'install', 'pkg', 'start'])

function unknownCommands(text: Document['text']): string[] {
  const { scripts } = JSON.parse(readFileSync(atRoot('package.json'), 'utf8')) as { scripts: object }
  const commands = [...codeIn(text).matchAll(/\bnpm (run )?([a-z][\w:.-]*)/g)]
  return commands
    .filter(([, run, name = '']) => !Object.hasOwn(scripts, name) && (run || !npmsOwn.has(name)))
    .map(([command]) => command)
}

const programsRunBy = (text: Document['text']): string[] =>
  [...codeIn(text).matchAll(/\bnpx tsx\s+([\w./-]+)/g)].map(([, path = '']) => path)

/** All code of a document, in blocks and in lines. */
const codeIn = (text: Document['text']): string =>
  [...blocks(text).map((block) => block.code), ...(prose(text).match(/`[^`]+`/g) ?? [])].join('\n')
