/**
 * A text and the functions to be applied to it. A function can't be sent to another thread; its source text can. So
 * a function that travels may use nothing but its argument and what every thread has (`Math`, `Intl` …).
 */
export interface WorkPackage {
  readonly producer: number
  readonly text: string
  readonly functions: readonly FunctionText[]
}

export interface FunctionText {
  readonly name: string
  readonly source: string
}

export type TextFunction = (text: string) => string

export function toText(fn: TextFunction): FunctionText {
  return { name: fn.name, source: fn.toString() }
}

/** Only for source text from people you trust: it is run. */
export function toFunction({ source }: FunctionText): TextFunction {
  return new Function(`return (${source})`)()
}
