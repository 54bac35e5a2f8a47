// #region worker
export { countPrimes } from './primes.mjs'

export const add = ({ a, b }) => a + b

export const byteLength = (buffer) => buffer.byteLength
// #endregion
