/** The TypeScript compiler. */
import { createRequire } from 'node:module'

/**
 * Required, not imported: an import would first search these nine million characters of CommonJS for the names of
 * exports, which takes each thread a second.
 */
export const compiler: typeof import('typescript') = createRequire(import.meta.url)('typescript')
