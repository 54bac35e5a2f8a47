/**
 * Which strings UTF-8 can carry.
 * @module
 */
interface MaybeWellFormed {
  isWellFormed?(): boolean
}

const loneSurrogate = /\p{Surrogate}/u

const isWellFormed: (text: string) => boolean =
  typeof (String.prototype as MaybeWellFormed).isWellFormed === 'function'
    ? (text) => (text as string & Required<MaybeWellFormed>).isWellFormed()
    : (text) => !loneSurrogate.test(text)

/** Whether it comes out as it went in. A TextDecoder, by which msgpackr reads in browsers, drops a byte order mark. */
export function isUtf8(text: string): boolean {
  return isWellFormed(text) && text.charCodeAt(0) !== 0xfeff
}
