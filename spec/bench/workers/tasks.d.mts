/** Three fields and a nested array. */
export interface Item {
  readonly id: number
  readonly name: string
  readonly price: number
  readonly tags: readonly number[]
}

/** Arithmetic: so many steps from a seed. */
export interface Spin {
  readonly seed: number
  readonly steps: number
}

export declare const tasks: {
  plusOne: (x: number) => number
  reprice: (item: Item) => Item
  spin: (item: Spin) => number
  turn: (text: string) => string
  touch: (buffer: ArrayBuffer) => ArrayBuffer
}
