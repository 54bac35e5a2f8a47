/** The rest of a body can't be read. What was read before it has its answers. */
export class BadBody extends Error {
  override readonly name = 'BadBody'

  constructor(
    message: string,
    /** Of HTTP. */
    readonly status = 400,
  ) {
    super(message)
  }
}
