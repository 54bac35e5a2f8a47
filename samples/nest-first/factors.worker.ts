import { expose } from 'rxjs-parallel/worker'

export default expose({
  /** The prime factors of a number. */
  factors: (n: number) => {
    const found: number[] = []
    for (let factor = 2; factor * factor <= n; factor++)
      while (n % factor === 0) {
        found.push(factor)
        n /= factor
      }
    return n > 1 ? [...found, n] : found
  },
})
