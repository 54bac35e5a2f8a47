import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readOptions, UsageError } from './options.js'
import { temporaryFolder } from './temporaryFolder.js'

it('takes some installed packages and every core by default', () => {
  const { folders, threads, compare } = readOptions([])
  expect(folders.length).toBeGreaterThan(10)
  expect(folders.every((folder) => existsSync(folder))).toBe(true)
  expect({ threads, compare }).toEqual({ threads: availableParallelism(), compare: false })
})

it('takes a folder and flags, in any order', () => {
  const folder = temporaryFolder({})
  const options = { folders: [folder], threads: 3, compare: true, watch: false }
  expect(readOptions(['--threads', '3', folder, '--compare'])).toEqual(options)
  expect(readOptions(['--compare', '--threads=3', folder])).toEqual(options)
  expect(readOptions(['--watch', '--threads=3', folder])).toEqual({ ...options, compare: false, watch: true })
})

it('takes a folder from where the user stands', () => {
  expect(readOptions(['samples']).folders).toEqual([join(process.env.INIT_CWD ?? process.cwd(), 'samples')])
})

it.each([
  [['--fast'], /--fast.*usage: npm start/],
  [['--threads'], /--threads.*usage: npm start/],
  [['--threads', '0'], /--threads is a number from 1 to 999, not '0'/],
  [['--threads', 'many'], /--threads is a number from 1 to 999, not 'many'/],
  [['--threads', '1.5'], /not '1.5'/],
  [['/no/such/folder'], /can't read the folder .*no.such.folder \(ENOENT\)/],
  [[import.meta.filename], /options\.spec\.ts is a file, not a folder/],
  [['one', 'two', 'three'], /one folder at a time, please, not also two and three/],
])('says in one line what is wrong with %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError)
  expect(() => readOptions(args)).toThrow(message)
  expect(() => readOptions(args)).not.toThrow(/\n/)
})
