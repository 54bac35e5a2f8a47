import { expect, it } from 'vitest'
import * as report from './report.js'
import type { PackageTotals } from './totals.js'

function totalsOf(name: string, lines: number, problems = 0): PackageTotals {
  const longest = [{ name: `${name}Longest`, path: `${name}/x.js`, line: 7, lines, complexity: 4 }]
  const reasons = Array.from({ length: problems }, (_, i) => ({ path: `${name}/${i}.js`, reason: 'odd' }))
  return { package: name, files: 1, lines, functions: 2, longest, problems: reasons }
}

/** The cells of a drawn table, row by row. */
function cells(text: string): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith('│'))
  return rows.map((row) =>
    row
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

it('shows the packages', () => {
  const text = report.packagesTable([totalsOf('large', 12_345), totalsOf('small', 1)])
  expect(text).toMatch(/^All packages, by lines:\n/)
  expect(cells(text)).toEqual([
    ['package', 'files', 'lines', 'functions', 'longest', 'its complexity'],
    ['large', '1', '12,345', '2', '12,345', '4'],
    ['small', '1', '1', '2', '1', '4'],
  ])
})

it('shows only the top of many packages', () => {
  const text = report.packagesTable(Array.from({ length: 40 }, (_, i) => totalsOf(`p${i}`, 40 - i)))
  expect(text).toMatch(/^The top 15 of 40 packages, by lines:\n/)
  expect(cells(text)).toHaveLength(16)
})

it('shows the longest functions of all packages', () => {
  const text = report.functionsTable([totalsOf('one', 5), totalsOf('two', 9), totalsOf('three', 7)])
  expect(cells(text)).toEqual([
    ['function', 'where', 'lines', 'complexity'],
    ['twoLongest', 'two/x.js:7', '9', '4'],
    ['threeLongest', 'three/x.js:7', '7', '4'],
    ['oneLongest', 'one/x.js:7', '5', '4'],
  ])
})

it('lists problems, the first of many', () => {
  expect(report.problemsList([totalsOf('fine', 1)])).toBe('')
  expect(report.problemsList([totalsOf('one', 1, 1), totalsOf('two', 1, 1)])).toBe(
    '2 problems, not in the tables:\n  one/0.js: odd\n  two/0.js: odd',
  )
  expect(report.problemsList([totalsOf('many', 1, 1_025)])).toMatch(
    /^1,025 problems(.|\n)*\n {2}and 1,005 more$/,
  )
})

it('sums up', () => {
  expect(report.summary([totalsOf('one', 5), totalsOf('two', 999)], 12.34, 2)).toBe(
    '2 files, 1,004 lines, 4 functions in 12.3 s with 2 threads',
  )
  expect(report.summary([], 0, 1)).toBe('0 files, 0 lines, 0 functions in 0.0 s with 1 thread')
  expect(cells(report.threadsTable([{ threadId: 'host/1/2', done: 1_234, utilization: 0.956 }]))[1]).toEqual([
    'host/1/2',
    '1,234',
    '96 %',
  ])
})

it('compares', () => {
  expect(report.comparison(10, 19.04, true)).toBe(
    'In one thread, a plain loop: 19.0 s, so 1.90 times as fast. Both counted the same.',
  )
  expect(report.comparison(10, 5, false)).toMatch(
    /5\.0 s, so 0\.50 times as fast\. They did NOT count the same\.$/,
  )
})
