/** The points of an SVG polyline: numbers as heights above 0, the highest of them at the top. */
export function sparkline(numbers: readonly number[], width: number, height: number): string {
  const highest = Math.max(...numbers, 1)
  const step = width / Math.max(numbers.length - 1, 1)
  return numbers
    .map((number, i) => `${round(i * step)},${round(height - (number / highest) * height)}`)
    .join(' ')
}

const round = (n: number): number => Math.round(n * 10) / 10
