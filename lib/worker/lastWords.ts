/**
 * What a thread says before it ends.
 * @module
 */

/** Tells the pool that this thread ends: by what nothing caught, or, undefined, by its own wish. */
export type Leave = (why: { readonly thrown: unknown } | undefined) => void
