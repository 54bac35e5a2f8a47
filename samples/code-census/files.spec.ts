import { chmodSync, symlinkSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { from, lastValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { files } from './files.js'
import { installedPackage } from './packageName.js'
import { temporaryFolder } from './temporaryFolder.js'

async function found(folder: string) {
  const list = await listOf(files(folder))
  return list.map((file) => [relative(folder, file.path).split(sep).join('/'), file.package])
}

it('finds .js, .ts, .mjs and .cjs files, however deep, in the order of names', async () => {
  const names = [
    'b.js',
    'a.ts',
    'c/d/e.mjs',
    'c/d/e.cjs',
    'c/f.d.ts',
    'g.tsx',
    'h.json',
    'i.js.map',
    'js',
    '.git/j.js',
  ]
  const folder = temporaryFolder(Object.fromEntries(names.map((name) => [name, ''])))
  expect((await found(folder)).map(([path]) => path)).toEqual([
    'a.ts',
    'b.js',
    'c/d/e.cjs',
    'c/d/e.mjs',
    'c/f.d.ts',
  ])
})

it('names packages by their place below node_modules, elsewhere by their package.json', async () => {
  const folder = temporaryFolder({
    'package.json': '{ "name": "root" }',
    'a.js': '',
    'lib/b.js': '',
    'packages/one/package.json': '{ "name": "@scope/one" }',
    'packages/one/c.js': '',
    'packages/broken/package.json': '{ "name": ',
    'packages/broken/d.js': '',
    'node_modules/two/e/package.json': '{ "name": "no matter" }',
    'node_modules/two/e/f.js': '',
    'node_modules/two/node_modules/@scope/three/g.js': '',
  })
  expect(await found(folder)).toEqual([
    ['a.js', 'root'],
    ['lib/b.js', 'root'],
    ['node_modules/two/e/f.js', 'two'],
    ['node_modules/two/node_modules/@scope/three/g.js', '@scope/three'],
    ['packages/broken/d.js', 'root'],
    ['packages/one/c.js', '@scope/one'],
  ])
})

it('knows where an installed package begins', () => {
  const of = (path: string) => installedPackage(path.split('/').join(sep))
  expect(of('/home/me/project/lib')).toBeUndefined()
  expect(of('/project/node_modules')).toBeUndefined()
  expect(of('/project/node_modules/one')).toBe('one')
  expect(of('/project/node_modules/@two/three/lib')).toBe('@two/three')
  expect(of('/project/node_modules/one/node_modules/four/lib')).toBe('four')
})

it('follows no links, so it goes round in no circle', async () => {
  const folder = temporaryFolder({ 'a/b.js': '' })
  symlinkSync(folder, join(folder, 'a/circle'))
  symlinkSync('nowhere', join(folder, 'a/dangling.js'))
  expect((await found(folder)).map(([path]) => path)).toEqual(['a/b.js'])
})

it('gives a folder that is gone as a problem, and goes on', async () => {
  const folder = temporaryFolder({ 'a.js': '' })
  const list = await listOf(files(join(folder, 'gone'), folder))
  expect(list.map(({ problem }) => problem?.slice(0, 6))).toEqual(['ENOENT', undefined])
})

it.skipIf(process.getuid?.() === 0)('gives a folder that is forbidden as a problem', async () => {
  const folder = temporaryFolder({ 'a/b.js': '', 'c.js': '' })
  chmodSync(join(folder, 'a'), 0)
  const list = await listOf(files(folder))
  chmodSync(join(folder, 'a'), 0o700)
  expect(list.map(({ problem }) => problem?.slice(0, 6))).toEqual(['EACCES', undefined])
})

function listOf<T>(source: AsyncIterable<T>): Promise<T[]> {
  return lastValueFrom(from(source).pipe(toArray()))
}
