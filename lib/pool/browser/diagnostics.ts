import type { Diagnostics } from '../diagnostics.js'

/** There is nothing in a browser on which a program could tell others what happens to it. */
export const diagnosticsOf = (_name: string): Diagnostics | undefined => undefined
