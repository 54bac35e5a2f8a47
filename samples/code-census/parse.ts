/** Source text in, metrics out. Pure, so it runs (and is tested) in whichever thread. */
import type ts from 'typescript'
import { compiler } from './compiler.js'

export interface FunctionMetrics {
  readonly name: string
  /** Where it starts, from 1. */
  readonly line: number
  /** From its first line to its last, nested functions included. */
  readonly lines: number
  /** Cyclomatic: 1 and one more for each decision, those of nested functions left out. */
  readonly complexity: number
}

export interface SourceMetrics {
  readonly lines: number
  readonly functions: number
  readonly longest?: FunctionMetrics
}

/** @throws SyntaxError with the first mistake and its line, if the text is neither JavaScript nor TypeScript */
export function parse(path: string, text: string): SourceMetrics {
  const source = compiler.createSourceFile(path, text, compiler.ScriptTarget.Latest)
  refuseMistakes(source)
  const functions = findFunctions(source)
  return { lines: countLines(source), functions: functions.length, longest: functions.sort(longestFirst)[0] }
}

function longestFirst(a: FunctionMetrics, b: FunctionMetrics): number {
  return b.lines - a.lines || a.line - b.line
}

function refuseMistakes(source: ts.SourceFile) {
  // The parser keeps its mistakes here; only a whole Program, far slower, would show them publicly.
  const [mistake] = (source as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] }).parseDiagnostics
  if (!mistake) return
  const { line } = source.getLineAndCharacterOfPosition(mistake.start)
  throw new SyntaxError(
    `line ${line + 1}: ${compiler.flattenDiagnosticMessageText(mistake.messageText, ' ')}`,
  )
}

/** A file that ends with a line break has no further, empty line. */
function countLines(source: ts.SourceFile): number {
  const starts = source.getLineStarts()
  return starts.at(-1) === source.end ? starts.length - 1 : starts.length
}

/** The tree is walked with a stack of our own: machine-made sources nest deeper than calls may. */
function findFunctions(source: ts.SourceFile): FunctionMetrics[] {
  const found: FunctionMetrics[] = []
  const open: { node: ts.Node; within: { complexity: number } }[] = [
    { node: source, within: { complexity: 1 } },
  ]
  for (let next = open.pop(); next; next = open.pop()) {
    const { node: parent, within } = next
    compiler.forEachChild(parent, (node) => {
      if (DECISIONS.has(node.kind)) within.complexity++
      if (!isFunctionWithBody(node)) return void open.push({ node, within })
      const metrics = { name: nameOf(node, parent, source), ...extent(node, source), complexity: 1 }
      found.push(metrics)
      open.push({ node, within: metrics })
    })
  }
  return found
}

function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return compiler.isFunctionLike(node) && 'body' in node && node.body !== undefined
}

function extent(node: ts.Node, source: ts.SourceFile) {
  const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line
  const last = source.getLineAndCharacterOfPosition(node.end).line
  return { line: first + 1, lines: last - first + 1 }
}

function nameOf(node: ts.FunctionLikeDeclaration, parent: ts.Node, source: ts.SourceFile): string {
  if (compiler.isConstructorDeclaration(node)) return 'constructor'
  const named = node.name ?? nameGivenBy(parent)
  return named?.getText(source) ?? '(anonymous)'
}

function nameGivenBy(parent: ts.Node): ts.Node | undefined {
  if (compiler.isVariableDeclaration(parent)) return parent.name
  if (compiler.isPropertyAssignment(parent) || compiler.isPropertyDeclaration(parent)) return parent.name
  const isAssignment =
    compiler.isBinaryExpression(parent) && parent.operatorToken.kind === SyntaxKind.EqualsToken
  return isAssignment ? parent.left : undefined
}

const { SyntaxKind } = compiler

/** Operators are nodes of their own. */
const DECISIONS: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.IfStatement,
  SyntaxKind.ConditionalExpression,
  SyntaxKind.ForStatement,
  SyntaxKind.ForInStatement,
  SyntaxKind.ForOfStatement,
  SyntaxKind.WhileStatement,
  SyntaxKind.DoStatement,
  SyntaxKind.CaseClause,
  SyntaxKind.CatchClause,
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.BarBarEqualsToken,
  SyntaxKind.QuestionQuestionEqualsToken,
])
