import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { atRoot } from './readmeBlocks.js'

const read = (path: string): string => readFileSync(atRoot(path), 'utf8')

const errors = read('lib/errors.ts')
const codes = membersOf('ParallelErrorCode', errors)

/** The strings of a union. */
function membersOf(name: string, text: string): string[] {
  const { statements } = ts.createSourceFile('errors.ts', text, ts.ScriptTarget.Latest)
  const found = statements.filter(ts.isTypeAliasDeclaration).find((each) => each.name.text === name)
  if (!found || !ts.isUnionTypeNode(found.type)) throw new Error(`${name} is no union any more`)
  return found.type.types.map((type) =>
    ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? type.literal.text : 'no string',
  )
}

it('the doc comment of ParallelErrorCode has a row for each code', () => {
  const rows = [...errors.matchAll(/^ \* \| `([A-Z_]+)` \|/gm)].map(([, code]) => code)
  expect(rows).toEqual(codes)
})

it('the page on errors has a row for each code', () => {
  const page = read('.docs/pages/errors-and-retries.md')
  const rows = [...page.matchAll(/^\| `\w+Error` \| `([A-Z_]+)` \|/gm)].map(([, code]) => code)
  expect(rows).toEqual(codes)
})
