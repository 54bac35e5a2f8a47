import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { atRoot } from '../readmeBlocks.js'

/** A name that users can import. */
export interface PublicName {
  readonly name: string
  /** The entry that exports it, such as `rxjs-parallel/worker`. */
  readonly entry: string
  readonly isType: boolean
  /** Its doc comment and those of its members. */
  readonly comments: readonly Comment[]
}

export interface Comment {
  readonly file: string
  /** 1 is the file's first line: that of the comment's beginning. */
  readonly line: number
  /** Without the stars. */
  readonly text: string
}

/** All names that the library's entries export, from its sources. */
export function publicNames(): PublicName[] {
  const entries = entryFiles()
  const program = ts.createProgram(Object.values(entries), compilerOptions())
  const checker = program.getTypeChecker()
  return Object.entries(entries).flatMap(([entry, file]) => {
    const source = program.getSourceFile(file)
    const exported = source && checker.getSymbolAtLocation(source)
    if (!exported) throw new Error(`${file} exports nothing`)
    return checker.getExportsOfModule(exported).map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      const declarations = target.declarations ?? []
      return {
        name: symbol.name,
        entry,
        isType: !(target.flags & ts.SymbolFlags.Value),
        comments: declarations.flatMap(commentsOf),
      }
    })
  })
}

/** As tsconfig.json has them. */
export function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(atRoot('tsconfig.json'), ts.sys.readFile)
  return ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, atRoot('.')).options
}

/** Each entry's source file, by what users import. */
function entryFiles(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(atRoot('package.json'), 'utf8')) as { exports: object }
  const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'))
  return Object.fromEntries(
    subpaths.map((subpath) => [
      `rxjs-parallel${subpath.slice(1)}`,
      atRoot(`lib${subpath.slice(1)}/index.ts`),
    ]),
  )
}

function commentsOf(declaration: ts.Node): Comment[] {
  // A variable's stands before its statement.
  const commented = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  const comments: Comment[] = []
  const visit = (node: ts.Node) => {
    for (const comment of ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)) {
      if (comment.parent === node) comments.push(read(comment))
    }
    ts.forEachChild(node, visit)
  }
  visit(commented)
  return comments
}

function read(comment: ts.JSDoc): Comment {
  const source = comment.getSourceFile()
  const { line } = source.getLineAndCharacterOfPosition(comment.getStart())
  const text = comment
    .getText()
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .replace(/^[ \t]*\* ?/gm, '')
  return { file: source.fileName.slice(atRoot('.').length), line: line + 1, text }
}
