import { parseArgs } from 'node:util'
import { faults } from './faults.js'
import type { ChaosOptions } from './roundPlan.js'
import { shapes } from './shapes/all.js'

export interface Options extends ChaosOptions {
  /** Rounds are run until there were so many. */
  readonly items: number
  /** The one round to run. */
  readonly round: number | undefined
  /** Milliseconds in which nothing may happen. */
  readonly patience: number
}

/** Throws an Error that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      items: { type: 'string', default: '100000' },
      seed: { type: 'string' },
      round: { type: 'string' },
      rate: { type: 'string', default: '500' },
      most: { type: 'string' },
      shapes: { type: 'string', default: '' },
      faults: { type: 'string', default: '' },
      patience: { type: 'string', default: '30' },
    },
  })
  const number = (name: keyof typeof values, least: number) => wholeNumber(name, values[name]!, least)
  return {
    items: number('items', 1),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : number('seed', 0),
    round: values.round === undefined ? undefined : number('round', 0),
    rate: number('rate', 1),
    most: values.most === undefined ? Number.POSITIVE_INFINITY : number('most', 50),
    patience: number('patience', 1) * 1000,
    shapes: named('shapes', values.shapes, shapes) ?? shapes,
    faults: named('faults', values.faults, faults) ?? faults,
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name}: expected a whole number from ${least}, got ${text}`)
  return value
}

function named<T extends { readonly name: string }>(
  option: string,
  text: string,
  all: readonly T[],
): T[] | undefined {
  const names = text.split(',').filter((name) => name !== '')
  const unknown = names.filter((name) => !all.some((each) => each.name === name))
  if (unknown.length > 0)
    throw new Error(
      `--${option}: there is no ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`,
    )
  return names.length === 0 ? undefined : all.filter(({ name }) => names.includes(name))
}
