// What threads are asked to do, whoever the threads belong to.

export const tasks = {
  plusOne: (x) => x + 1,

  reprice: (record) => ({ id: record.id, name: record.name, price: record.price + 1, tags: record.tags }),

  /** Arithmetic that no compiler can shorten: each step needs the one before. */
  spin: ({ seed, steps }) => {
    let x = seed
    for (let i = 0; i < steps; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0
    return x >>> 0
  },

  touch: (buffer) => {
    new Uint8Array(buffer)[0]++
    return buffer
  },
}

/** The same over a batch made by hand. */
export const batched = Object.fromEntries(
  Object.entries(tasks).map(([name, run]) => [`${name}Each`, (items) => items.map((item) => run(item))]),
)
