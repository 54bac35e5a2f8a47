import { parseArgs } from 'node:util'

export interface Options {
  readonly quick: boolean
  readonly rounds: number
  /** The names of the workloads to run. Empty: all. */
  readonly only: readonly string[]
}

/** Throws an Error that says what is wrong. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
    },
  })
  const { quick, only } = values
  const rounds = Number(values.rounds ?? (quick ? 1 : 5))
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds: expected a whole number from 1, got ${values.rounds}`)
  const names = only.split(',').filter((name) => name !== '')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`--only: there is no ${unknown.join(', ')}; there are ${known.join(', ')}`)
  return { quick, rounds, only: names }
}
