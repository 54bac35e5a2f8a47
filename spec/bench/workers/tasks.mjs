// What threads are asked to do, whoever the threads belong to.

export const tasks = {
  plusOne: (x) => x + 1,

  reprice: (record) => ({ id: record.id, name: record.name, price: record.price + 1, tags: record.tags }),

  /**
   * Arithmetic that no compiler can shorten: each step needs the one before. Of int32 only, or V8 may optimise it again
   * and again for numbers that don't come, now for one competitor and now for another.
   */
  spin: ({ seed, steps }) => {
    let x = seed | 0
    const end = steps | 0
    for (let i = 0; i < end; i = (i + 1) | 0) x = Math.imul(x ^ i, 1664525)
    return x
  },

  /** The first character becomes the last. */
  turn: (text) => text.slice(1) + text[0],

  touch: (buffer) => {
    new Uint8Array(buffer)[0]++
    return buffer
  },
}

/** The same over a batch made by hand. */
export const batched = Object.fromEntries(
  Object.entries(tasks).map(([name, run]) => [`${name}Each`, (items) => items.map((item) => run(item))]),
)
