import { readdirSync, readFileSync } from 'node:fs'
import { atRoot } from './readmeBlocks.js'

/** What quotes samples and has tables that are written by programs. */
export interface Document {
  /** From the repository's top. */
  readonly path: string
  readonly text: string
}

const pagesFolder = '.docs/pages'

/** The pages of the site. */
export const pages = (): Document[] =>
  readdirSync(atRoot(pagesFolder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => read(`${pagesFolder}/${file}`))

/** README and the pages. */
export const documents = (): Document[] => [read('README.md'), ...pages()]

const read = (path: string): Document => ({ path, text: readFileSync(atRoot(path), 'utf8') })
