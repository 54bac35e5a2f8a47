import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Bench, Entry } from './bench.js'
import type { Role } from './competitors/competitor.js'

export interface Measured<N extends string> {
  readonly name: string
  readonly role: Role
  /** One round's values. */
  readonly measure: () => Promise<Readonly<Record<N, number>>>
}

/**
 * Every round measures each once, each round begins with another: what changes on the machine meanwhile meets all.
 *
 * @returns for each value its entries, in the order of `those`.
 */
export async function inRounds<N extends string>(
  { rounds }: Bench,
  names: readonly N[],
  those: readonly Measured<N>[],
): Promise<Record<N, Entry[]>> {
  const found = those.map(() => [] as Readonly<Record<N, number>>[])
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < those.length; turn++) {
      const at = (turn + round) % those.length
      collectGarbage()
      found[at]!.push(await those[at]!.measure())
    }
  }
  const entries = {} as Record<N, Entry[]>
  for (const value of names)
    entries[value] = those.map(({ name, role }, at) => ({
      name,
      role,
      samples: found[at]!.map((values) => values[value]),
    }))
  return entries
}

/**
 * So that nobody pays for what another has left behind. Of the young generation only: a full collection also takes the
 * shapes of objects of which none is left just then, and so the compiled code of all who have their turn later.
 */
const collectGarbage: () => void = exposeGc()

function exposeGc(): () => void {
  setFlagsFromString('--expose-gc')
  const gc: (options: { type: 'minor' }) => void = runInNewContext('gc')
  return () => gc({ type: 'minor' })
}
