/** A line of text, counted from 1; or the reason why it can't be read. */
export type Line =
  | { readonly n: number; readonly text: string }
  | { readonly n: number; readonly error: string }

/**
 * The lines of a body that are not blank, as they come. No more than a line of `longest` characters is kept: a longer
 * one is an error, and passed over.
 */
export async function* lines(body: AsyncIterable<Uint8Array>, longest = 65_536): AsyncGenerator<Line> {
  const decoder = new TextDecoder()
  let rest = ''
  let tooLong = false
  let n = 0

  function* read(text: string, isLast: boolean): Generator<Line> {
    const parts = (rest + text).split('\n')
    rest = isLast ? '' : parts.pop()!
    for (const part of parts) {
      n++
      if (tooLong || part.length > longest)
        yield { n, error: `the line is longer than ${longest} characters` }
      else if (part.trim() !== '') yield { n, text: part.endsWith('\r') ? part.slice(0, -1) : part }
      tooLong = false
    }
    if (rest.length <= longest) return
    tooLong = true
    rest = ''
  }

  for await (const chunk of body) yield* read(decoder.decode(chunk, { stream: true }), false)
  yield* read(decoder.decode(), true)
}
