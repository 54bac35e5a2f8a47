import ts from 'typescript'
import type { Document } from '../documents.js'
import { blocks } from '../readmeBlocks.js'
import type { PublicName } from './publicNames.js'

// An example is a block of `ts` in a doc comment, or on a page where no sample is quoted. It is a module by itself:
//
//   // math.worker.ts          a first line that is nothing but a file's name gives the module this name, and what it
//                              exports is known to all other examples
//   console.log(2 + 3) // → 5  an arrow says what the statement before it prints, or the one that it stands in;
//                              what is printed by several calls is separated by commas
//
// Names that it doesn't declare are imported: of this library, of RxJS, or of an example with a name.

export interface Example {
  /** Where it is, for people: `fanIn, lib/operators/fanIn.ts:31`. */
  readonly title: string
  /** Its module's file. */
  readonly file: string
  readonly code: string
  /** Whether the file's name is given in it. */
  readonly isNamed: boolean
  readonly prints: boolean
}

const named = /^\/\/ (?<file>[\w.-]+\.ts)\n/
const arrow = /\/\/ → (?<output>.*)$/gm

/** The examples that are in a name's doc comments. */
export function examplesOf({ name, comments }: PublicName): Example[] {
  return comments.flatMap((comment) =>
    blocks(comment.text)
      .filter(({ language }) => language === 'ts')
      .map(({ line, code }) => exampleAt(comment.file, comment.line + line - 1, code, `${name}, `)),
  )
}

/** The examples that are on a page. */
export const examplesOnPage = ({ path, text }: Document): Example[] =>
  blocks(text)
    .filter(({ language, source }) => language === 'ts' && source === undefined)
    .map(({ line, code }) => exampleAt(path, line, code))

function exampleAt(path: string, line: number, code: string, of = ''): Example {
  const file = named.exec(code)?.groups?.file
  const place = path.replace(/^(lib|\.docs)\//, '').replace(/\W/g, '-')
  return {
    title: `${of}${path}:${line}`,
    file: file ?? `${place}-${line}.ts`,
    code,
    isNamed: file !== undefined,
    prints: /\/\/ → /.test(code),
  }
}

/** What can be imported, and from where: each name as an import declaration. */
export type Imports = ReadonlyMap<string, string>

/** The example as a module that compiles. */
export function moduleOf(example: Example, imports: Imports): string {
  const source = parse(example)
  const declared = new Set(source.statements.flatMap(namesDeclaredBy))
  const needed = [...identifiersIn(source)].flatMap((name) =>
    declared.has(name) ? [] : (imports.get(name) ?? []),
  )
  // In front and on one line: what is wrong is told by the lines of the example.
  return `${needed.join('; ')};export {};${example.code}`
}

/** The same, which stops after each statement until what is to be printed was printed, by a global `printed`. */
export function checkedModuleOf(example: Example, imports: Imports): string {
  const code = moduleOf(example, imports)
  const source = parse({ ...example, code })
  const outputs = [...code.matchAll(arrow)].map(({ index, groups }) => ({
    at: index,
    end: index + lineLengthAt(code, index),
    output: groups?.output ?? '',
  }))
  const checks = source.statements.map((statement, i) => {
    const until = source.statements[i + 1]?.getStart() ?? code.length
    const own = outputs.filter(({ at }) => at >= statement.getStart() && at < until)
    const at = Math.max(statement.end, ...own.map(({ end }) => end))
    return { at, own: own.map(({ output }) => output.trim()) }
  })
  return checks
    .filter(({ own }) => own.length > 0)
    .reduceRight(
      (text, { at, own }) =>
        `${text.slice(0, at)}\n;await printed(${JSON.stringify(own.join(', '))})${text.slice(at)}`,
      code,
    )
}

const lineLengthAt = (text: string, index: number): number => {
  const end = text.indexOf('\n', index)
  return (end < 0 ? text.length : end) - index
}

const parse = ({ file, code }: Pick<Example, 'file' | 'code'>): ts.SourceFile =>
  ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true)

function identifiersIn(source: ts.SourceFile): Set<string> {
  const found = new Set<string>()
  const visit = (node: ts.Node) => {
    const isProperty = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node
    if (ts.isIdentifier(node) && !isProperty) found.add(node.text)
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(source, visit)
  return found
}

/** What a statement at the top declares. */
function namesDeclaredBy(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => namesBoundBy(name))
  if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings: bindings } = statement.importClause ?? {}
    const others =
      bindings && ts.isNamedImports(bindings) ? bindings.elements.map((each) => each.name.text) : []
    return name ? [name.text, ...others] : others
  }
  const { name } = statement as Partial<ts.DeclarationStatement>
  return name && ts.isIdentifier(name) ? [name.text] : []
}

const namesBoundBy = (name: ts.BindingName): string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((each) => (ts.isBindingElement(each) ? namesBoundBy(each.name) : []))

/** What examples needn't import: this library's names, RxJS's, and what examples with a name export. */
export function importsFor(
  names: readonly PublicName[],
  rxjs: readonly string[],
  examples: readonly Example[],
): Imports {
  const imports = new Map<string, string>()
  for (const name of rxjs) imports.set(name, `import { ${name} } from 'rxjs'`)
  for (const { name, entry, isType } of names)
    imports.set(name, `import ${isType ? 'type ' : ''}{ ${name} } from '${entry}'`)
  for (const example of examples.filter(({ isNamed }) => isNamed))
    for (const name of exportedBy(example))
      imports.set(name, `import { ${name} } from './${example.file.replace(/\.ts$/, '.js')}'`)
  return imports
}

function exportedBy(example: Example): string[] {
  const isExported = (statement: ts.Statement) =>
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  return parse(example).statements.filter(isExported).flatMap(namesDeclaredBy)
}
