/** By multiplying again and again, so that the time it takes grows with the square of the exponent. */
export function pow(base: bigint, exponent: number): bigint {
  let power = 1n
  for (let i = 0; i < exponent; i++) power *= base
  return power
}
