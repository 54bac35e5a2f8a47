import type { MessageCost } from '../costs.js'

/** What a message with so many items took. */
export interface Sample {
  readonly items: number
  /** Milliseconds. */
  readonly took: number
}

/**
 * The cost of a message and of an item that explain the samples best: by least squares of what they are off by in
 * proportion, or the largest messages alone would decide. Neither is below nothing.
 */
export function fitCost(samples: readonly Sample[]): MessageCost {
  let [n1, n2, n3, t1, t2] = [0, 0, 0, 0, 0]
  for (const { items, took } of samples) {
    // took = perMessage + perItem * items, divided by took.
    const [a, b] = [1 / took, items / took]
    n1 += a * a
    n2 += a * b
    n3 += b * b
    t1 += a
    t2 += b
  }
  const determinant = n1 * n3 - n2 * n2
  if (determinant === 0) throw new Error('samples of at least two sizes are needed')
  const perMessage = (t1 * n3 - t2 * n2) / determinant
  const perItem = (t2 * n1 - t1 * n2) / determinant
  if (perMessage < 0) return { perMessage: 0, perItem: t2 / n3 }
  if (perItem < 0) return { perMessage: t1 / n1, perItem: 0 }
  return { perMessage, perItem }
}
