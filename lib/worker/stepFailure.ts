/** What a task threw that isn't the last of its chain. */
export class StepFailure {
  readonly #step: number

  constructor(
    step: number,
    readonly thrown: unknown,
  ) {
    this.#step = step
  }

  get step(): number {
    return this.#step
  }

  /** Not by `instanceof`: what was thrown may be a proxy that throws when it is asked for its prototype. */
  static is(thrown: unknown): thrown is StepFailure {
    return typeof thrown === 'object' && thrown !== null && #step in thrown
  }
}
