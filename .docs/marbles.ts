import { parseMarbleDiagramSpecification } from '@swirly/parser'
import { renderMarbleDiagram } from '@swirly/renderer-node'
import { lightStyles } from '@swirly/theme-default-light'

// Marble diagrams, drawn by swirly from the ASCII that doc comments have in blocks of the language `marble`:
//
//   source:  -a--b-|            a stream by its name, which ends with a colon
//   parallelMap(task)           an operator: a line that is not indented
//            ---A--B-|   note   a stream without a name, and a note after two blanks at least
//
// Streams stand in columns: one that begins further to the right begins later. `…` says that it goes on.

interface Stream {
  readonly name: string
  readonly column: number
  readonly marbles: string
}

type Line = Stream | { readonly operator: string }

export interface Diagram {
  readonly lines: readonly Line[]
  /** What stands beside streams, in words. */
  readonly notes: readonly string[]
}

const block = /^```marble\n(?<text>[\s\S]*?)^```$/gm
const streamLine = /^(?<name>\S[^:]*:)?(?<margin> +)(?<marbles>[-\w()|#?…]+)(?: {2,}(?<note>.+))?$/

/** The texts of all blocks of the language `marble`. */
export const marbleBlocks = (markdown: string): string[] =>
  [...markdown.matchAll(block)].map(({ groups }) => groups?.text ?? '')

/** Markdown with pictures in the place of its blocks of the language `marble`. */
export const withPictures = (markdown: string): string =>
  markdown.replace(block, (_, text: string) => figure(text))

/** Throws an Error that says which line it can't read. */
export function parseDiagram(text: string): Diagram {
  const lines: Line[] = []
  const notes: string[] = []
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const { name = '', margin = '', marbles, note } = streamLine.exec(line)?.groups ?? {}
    if (marbles !== undefined) {
      lines.push({ name: name.replace(/:$/, ''), column: name.length + margin.length, marbles })
      if (note !== undefined) notes.push(note)
    } else if (/^\S/.test(line)) lines.push({ operator: line.trim() })
    else throw new Error(`neither a stream nor an operator, which isn't indented: ${line}`)
  }
  if (!lines.some((line) => 'marbles' in line)) throw new Error(`no stream in this diagram:\n${text}`)
  return { lines, notes }
}

function figure(text: string): string {
  const { notes } = parseDiagram(text)
  const caption = notes.length > 0 ? `<figcaption>${escaped(notes.join('; '))}</figcaption>` : ''
  return `<figure class="marble">${drawMarbles(text)}${caption}</figure>\n`
}

// Lines and names take the page's colour; only the marbles have colours of their own.
const styles = {
  ...lightStyles,
  background_color: 'transparent',
  arrow_stroke_color: 'currentColor',
  completion_stroke_color: 'currentColor',
  error_color: 'currentColor',
  operator_fill_color: 'transparent',
  operator_stroke_color: 'currentColor',
  operator_title_color: 'currentColor',
  stream_title_color: 'currentColor',
  operator_title_font_size: 18,
  operator_height: 40,
  canvas_padding: 8,
  frame_width: 24,
  event_radius: 16,
}

/** The picture, an SVG element for an HTML page. */
export function drawMarbles(text: string): string {
  const { lines } = parseDiagram(text)
  const first = Math.min(...lines.flatMap((line) => ('column' in line ? line.column : [])))
  const specification = lines.map((line) => paragraph(line, first)).join('\n\n')
  const { xml, width, height } = renderMarbleDiagram(parseMarbleDiagramSpecification(specification), {
    styles,
  })
  const box = `viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" width="${Math.ceil(width)}"`
  return xml.replace(/^<svg[^>]*>/, () => {
    return `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img" aria-label="${escaped(text.trim())}">`
  })
}

/** As swirly's own notation has it. */
function paragraph(line: Line, first: number): string {
  if ('operator' in line) return `> ${line.operator.replaceAll('`', "'")}`
  const marbles = `${' '.repeat(line.column - first)}${line.marbles.replaceAll('…', '')}`
  return line.name === '' ? marbles : `${marbles}\ntitle = ${line.name}`
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
}

const escaped = (text: string): string => text.replace(/[&<>"\n]/g, (character) => entities[character] ?? '')
