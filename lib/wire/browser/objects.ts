/**
 * What a page can tell of objects, and how it makes them.
 * @module
 */

/** Nothing in a page tells. A proxy of a plain object may arrive as that object, where structured clone refuses it. */
export const isProxy = (_: unknown): boolean => false

/** A literal that is compiled would be quicker, but where a page's security policy forbids that it reports it, too. */
export { assembler as makerOf } from '../records/assembler.js'
