/**
 * What the contract's tasks throw, by name.
 * @module
 */
import { registerError } from '../../wire/errorClasses.js'

/** Of a class that both sides know. */
export const ContractError = registerError(
  class ContractError extends Error {
    // Minifiers rename classes, and this one is known by its name.
    static override readonly name = 'ContractError'

    constructor(readonly status: number) {
      super(`status ${status}`)
    }

    get isClientError(): boolean {
      return this.status >= 400 && this.status < 500
    }
  },
)

class Unregistered extends TypeError {
  override name = 'Unregistered'
}

export type ThrownName = keyof typeof thrown

export const thrown = {
  plain: () => new Error('plain'),
  range: () => new RangeError('out of range'),
  /** Says what its stack was in its thread. */
  traced: () => {
    const error = new Error('traced')
    return Object.assign(error, { stackThere: error.stack })
  },
  properties: () => Object.assign(new Error('with more'), { code: 'E_CODE', details: { list: [1, null] } }),
  causes: () => new Error('outer', { cause: new RangeError('inner', { cause: 'just words' }) }),
  aggregate: () => new AggregateError([new TypeError('first'), 'second'], 'several'),
  registered: () => new ContractError(404),
  unregistered: () => new Unregistered('of a class of its own'),
  string: () => 'just words',
  null: () => null,
  undefined: () => undefined,
  record: () => ({ code: 7, nested: { list: [1] } }),
  function: () => () => 1,
  symbol: () => Symbol('no'),
  /** Lets nobody look at it. */
  hostile: () =>
    new Proxy(new Error('behind'), {
      getPrototypeOf() {
        throw new Error('of the proxy')
      },
    }),
}
