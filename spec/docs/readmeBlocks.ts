import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Code of README and of the site's pages comes from samples, so that it can't rot. A block says where from in the line
// before it:
//   <!-- code: samples/first-minute/main.ts#region-name -->
// which is the text between `// #region region-name` and `// #endregion` there (in Python `# #region`), or without # the
// whole file.

/** A path in the repository, given from its top. */
export const atRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export interface Block {
  /** 1 is the document's first line: that of the opening fence. */
  readonly line: number
  readonly language: string
  /** As in the comment before the block; undefined if there is none. */
  readonly source: string | undefined
  readonly code: string
}

const block = /^(?:<!-- code: (?<source>\S+) -->\n)?```(?<language>[^\s`]*)[^\n]*\n(?<code>[\s\S]*?)^```$/gm

export const isScript = (language: string): boolean => /^([cm]?[jt]sx?|javascript|typescript)$/.test(language)

/** A document's fenced blocks. */
export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(block)].map(({ index, groups }) => {
    const { source, language = '', code = '' } = groups ?? {}
    const line = markdown.slice(0, index).split('\n').length + (source === undefined ? 0 : 1)
    return { line, language, source, code }
  })
}

/** A document without its fenced blocks: what is prose, and may hold links. */
export const prose = (markdown: string): string => markdown.replace(block, '')

/** A document with the code that its samples have now. */
export function withSamples(markdown: string): string {
  return markdown.replace(block, (whole: string, ...rest) => {
    const { source, code } = rest.at(-1) as { source?: string; code: string }
    if (source === undefined) return whole
    const fences = whole.slice(0, whole.length - code.length - '```'.length)
    return `${fences}${sampleCode(source)}\`\`\``
  })
}

/** The code that `FILE` or `FILE#REGION` names. Throws if there is none. */
export function sampleCode(source: string): string {
  const [path = '', region] = source.split('#')
  if (!existsSync(atRoot(path))) throw new Error(`a document quotes ${source}: there is no such file`)
  const lines = readFileSync(atRoot(path), 'utf8').trimEnd().split('\n')
  return dedent(region === undefined ? lines : regionOf(lines, region, source))
}

const opens = /^\s*(?:\/\/|#) #region\b\s*(.*?)\s*$/
const closes = /^\s*(?:\/\/|#) #endregion\b/

function regionOf(lines: readonly string[], region: string, source: string): string[] {
  const first = lines.findIndex((line) => opens.exec(line)?.[1] === region)
  if (first < 0) throw new Error(`a document quotes ${source}: there is no such region`)
  let depth = 1
  for (let end = first + 1; end < lines.length; end++) {
    const line = lines[end] as string
    if (opens.test(line)) depth++
    if (closes.test(line)) depth--
    if (depth === 0) return lines.slice(first + 1, end)
  }
  throw new Error(`a document quotes ${source}: the region has no end`)
}

/** Without the margin that all lines share, and without the marks of regions. */
function dedent(lines: readonly string[]): string {
  const shown = lines.filter((line) => !opens.test(line) && !closes.test(line))
  const margins = shown.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const margin = Math.min(...margins)
  return shown.map((line) => `${line.slice(margin)}\n`).join('')
}
