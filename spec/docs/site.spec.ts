import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { brokenLinks, withLinks } from '../../.docs/links.js'
import { temporaryFolder } from '../package/pack.js'

it('public names in the code of pages become links', () => {
  const urlOf = (name: string) => (name === 'pull' ? 'functions/pull.html' : undefined)
  const markdown = '# `pull`\n`pull` and `push`, [`pull`](a.md), `pull(x)`\n```ts\n`pull`\n```\n'
  expect(withLinks(markdown, urlOf)).toBe(
    '# `pull`\n[`pull`](functions/pull.html) and `push`, [`pull`](a.md), `pull(x)`\n```ts\n`pull`\n```\n',
  )
})

it('links of a site that lead nowhere are found', () => {
  const site = temporaryFolder()
  onTestFinished(() => rmSync(site, { recursive: true }))
  mkdirSync(join(site, 'sub'))
  writeFileSync(
    join(site, 'index.html'),
    '<a href="sub/a.html#here">1</a><a href="sub/a.html#there">2</a><a href="b.html">3</a><img src="c.svg"><a href="https://d.org">4</a>',
  )
  writeFileSync(
    join(site, 'sub/a.html'),
    '<p id="here"><a href="../index.html">1</a><a href="#here">2</a><a href="#x">3</a>',
  )
  expect(brokenLinks(site).sort()).toEqual([
    'index.html: b.html',
    'index.html: c.svg',
    'index.html: sub/a.html#there',
    'sub/a.html: #x',
  ])
})
