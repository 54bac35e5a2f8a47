import { readFile } from 'node:fs/promises'
import type { SourcePath } from './files.js'
import type { SourceMetrics } from './parse.js'
import { parse } from './parse.js'

/** Has either metrics or a problem. */
export interface Measure extends SourcePath {
  readonly metrics?: SourceMetrics
}

/** Reads and parses one file. What goes wrong with it is an answer too, so it ends nothing else. */
export async function measureFile(file: SourcePath): Promise<Measure> {
  if (file.problem !== undefined) return file
  try {
    return { ...file, metrics: parse(file.path, await readText(file.path)) }
  } catch (error) {
    return { ...file, problem: (error as Error).message }
  }
}

/** A lenient reader would let pictures and videos (`.ts` is also a film format) through to the parser. */
async function readText(path: string): Promise<string> {
  const bytes = await readFile(path)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SyntaxError('not UTF-8 text')
  }
}
