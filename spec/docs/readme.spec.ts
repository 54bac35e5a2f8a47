import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { atRoot, blocks, isScript, prose, sampleCode } from './readmeBlocks.js'

const readme = readFileSync(atRoot('README.md'), 'utf8')

describe("README's code", () => {
  for (const { line, language, source, code } of blocks(readme)) {
    if (source !== undefined) {
      test(`line ${line} is ${source} (npm run readme)`, () => {
        expect(code).toBe(sampleCode(source))
      })
    } else if (isScript(language)) {
      test(`line ${line} says which sample it is from`, () => {
        expect.fail(`README.md:${line} has no <!-- code: samples/… --> before it`)
      })
    }
  }

  test('is fenced at the start of a line, with ```, as this spec reads it', () => {
    expect(readme.match(/^[ >]*(```|~~~)/gm) ?? []).toHaveLength(2 * blocks(readme).length)
  })

  test('leaves no comment without its block', () => {
    expect(readme.match(/<!-- code:/g) ?? []).toHaveLength(
      blocks(readme).filter((block) => block.source !== undefined).length,
    )
  })
})

test("README's relative links lead somewhere", () => {
  const text = prose(readme)
  const links = [...text.matchAll(/\]\(<?([^)\s>]+)|^\[[^\]]+\]: (\S+)|\b(?:href|src|srcset)="([^"\s]+)/gm)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .filter((link) => !/^([a-z]+:|\/\/)/i.test(link))
  const headings = new Set([...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) => anchor(heading)))

  const broken = links.filter((link) => {
    const [path = '', fragment] = link.split('#')
    return path === ''
      ? !headings.has(fragment ?? '') && !text.includes(`id="${fragment}"`)
      : !existsSync(atRoot(decodeURI(path)))
  })
  expect(broken).toEqual([])
})

/** As GitHub names headings. */
function anchor(heading: string): string {
  const words = heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '')
  return words.trim().replaceAll(' ', '-')
}

test("README's npm commands exist", () => {
  const { scripts } = JSON.parse(readFileSync(atRoot('package.json'), 'utf8')) as { scripts: object }
  const code = [...blocks(readme).map((block) => block.code), ...(prose(readme).match(/`[^`]+`/g) ?? [])]
  const unknown = [...code.join('\n').matchAll(/\bnpm (run )?([a-z][\w:.-]*)/g)].filter(
    ([, run, name = '']) => !Object.hasOwn(scripts, name) && (run || !npmsOwn.has(name)),
  )
  expect(unknown.map(([command]) => command)).toEqual([])
})

const npmsOwn = new Set(['ci', 'i', 'install'])
