/** Orbits are followed until they are so far out (its square) that the count between two steps is smooth. */
const farOut = 2 ** 16

/**
 * How many steps the orbit of 0 under `z => z * z + c` takes to escape, as a real number that varies smoothly with c.
 *
 * @param cx the real part of c.
 * @param cy the imaginary part of c.
 * @param limit steps after which c is taken to be in the set.
 * @returns the steps, or Infinity for what is in the set.
 */
export function escapeTime(cx: number, cy: number, limit: number): number {
  if (isInLargeParts(cx, cy)) return Number.POSITIVE_INFINITY
  let x = 0
  let y = 0
  let xx = 0
  let yy = 0
  let steps = 0
  while (xx + yy <= farOut) {
    if (steps++ === limit) return Number.POSITIVE_INFINITY
    y = 2 * x * y + cy
    x = xx - yy + cx
    xx = x * x
    yy = y * y
  }
  return steps + 1 - Math.log2(Math.log2(xx + yy) / Math.log2(farOut))
}

/** The cardioid and the disc to its left, whose edges are known: most of what is black in the whole picture. */
function isInLargeParts(cx: number, cy: number): boolean {
  const yy = cy * cy
  const u = cx - 0.25
  const q = u * u + yy
  return q * (q + u) <= 0.25 * yy || (cx + 1) * (cx + 1) + yy <= 0.0625
}

/** Steps that a picture of that magnification needs for its edges to be true. */
export function usualLimit(magnification: number): number {
  const depth = Math.max(0, Math.log2(magnification))
  return Math.round(300 + 60 * depth ** 1.3)
}
