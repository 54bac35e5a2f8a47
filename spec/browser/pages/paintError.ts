import { registerError } from 'rxjs-parallel/worker'

/** A class of the user's, known to the page and to its workers. */
export class PaintError extends Error {
  constructor(
    readonly colour: string,
    options?: ErrorOptions,
  ) {
    super(`no paint is ${colour}`, options)
  }
}
PaintError.prototype.name = 'PaintError'
registerError(PaintError)
