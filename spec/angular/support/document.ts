/**
 * A page for Angular where there is none.
 * @module
 */
// @ts-expect-error: jsdom has no types of its own
import { JSDOM } from 'jsdom'

globalThis.document = new JSDOM().window.document
