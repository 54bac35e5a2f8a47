import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawMarbles, marbleBlocks, parseDiagram, withPictures } from '../../.docs/marbles.js'
import { pages } from './documents.js'
import { publicNames } from './examples/publicNames.js'
import { atRoot } from './readmeBlocks.js'

const diagram = `source:  -a-b--|
map(task)
         --A-B-|      with a note
`

/** The letters in marbles, from left to right and from top to bottom. */
const lettersOf = (svg: string): string[] =>
  [...svg.matchAll(/>(\w)<\/text>/g)].map(([, letter = '']) => letter)

describe('marbles', () => {
  it('are read as they stand', () => {
    expect(parseDiagram(diagram)).toEqual({
      lines: [
        { name: 'source', column: 9, marbles: '-a-b--|' },
        { operator: 'map(task)' },
        { name: '', column: 9, marbles: '--A-B-|' },
      ],
      notes: ['with a note'],
    })
  })

  it('are drawn with their values, the operator and the names of streams', () => {
    const svg = drawMarbles(diagram)
    expect(lettersOf(svg)).toEqual(expect.arrayContaining(['a', 'b', 'A', 'B']))
    expect(svg).toContain('>map(task)</text>')
    expect(svg).toContain('>source</text>')
  })

  it('begin later where they stand further to the right', () => {
    const [early, late] = ['a: -x-|\n', 'a: -x-|\nb:     -x-|\n'].map(drawMarbles)
    const widthOf = (svg = '') => Number(/width="(\d+)"/.exec(svg)?.[1])
    expect(widthOf(late)).toBe(widthOf(early) + 4 * 24)
  })

  it('take the place of their block, with the notes below and the text for who can not see them', () => {
    const html = withPictures(`before\n\n\`\`\`marble\n${diagram}\`\`\`\n\nafter`)
    expect(html).toMatch(
      /^before\n\n<figure class="marble"><svg .*<\/svg><figcaption>with a note<\/figcaption>/,
    )
    expect(html).toContain('aria-label="source:  -a-b--|&#10;map(task)')
    expect(html).toMatch(/<\/figure>\n\n\nafter$/)
  })

  it('are refused where a line is neither a stream nor an operator', () => {
    expect(() => parseDiagram('  what is this\n')).toThrow("isn't indented:   what is this")
    expect(() => parseDiagram('map(task)\n')).toThrow('no stream')
  })
})

const inComments = publicNames().flatMap(({ name, comments }) =>
  comments.flatMap(({ text }) => marbleBlocks(text).map((block) => ({ where: name, block }))),
)
const onPages = pages().flatMap(({ path, text }) =>
  marbleBlocks(text).map((block) => ({ where: path, block })),
)

it('all operators have a diagram', () => {
  const index = readFileSync(atRoot('lib/index.ts'), 'utf8')
  const operators = readdirSync(atRoot('lib/operators'))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => new RegExp(`\\b${name}\\b[^{}]*\\} from './operators/${name}\\.js'`).test(index))
  expect(operators).toHaveLength(6)
  expect(inComments.map(({ where }) => where)).toEqual(expect.arrayContaining(operators))
})

it.each([...inComments, ...onPages])('a diagram of $where shows all of its values', ({ block }) => {
  const values = parseDiagram(block).lines.flatMap((line) =>
    'marbles' in line ? (line.marbles.match(/\w/g) ?? []) : [],
  )
  expect(values.length).toBeGreaterThan(0)
  expect(lettersOf(drawMarbles(block)).sort()).toEqual(values.sort())
})
