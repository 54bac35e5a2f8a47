import { describe, expect, it } from 'vitest'
import { Rounds } from '../../lib/pool/rounds.js'

/** Rounds that write down when they begin and end, and do these things meanwhile. */
function recording(...during: ((rounds: Rounds) => void)[]) {
  const log: string[] = []
  let count = 0
  const soon: (() => void)[] = []
  const time = { soon: (run: () => void) => void soon.push(run) }
  const rounds = new Rounds(time, () => {
    const number = count++
    log.push(`begin ${number}`)
    during[number]?.(rounds)
    log.push(`end ${number}`)
  })
  return { rounds, log, soon }
}

describe('rounds', () => {
  it('are one, at once, for each that is asked for from outside', () => {
    const { rounds, log } = recording()
    rounds.run()
    expect(log).toEqual(['begin 0', 'end 0'])
    rounds.run()
    expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1'])
  })

  it.each(['run', 'repeat'] as const)('are never one in another: %s has another follow', (ask) => {
    const { rounds, log } = recording(
      () => {
        rounds[ask]()
        rounds[ask]()
      },
      () => rounds[ask](),
    )
    rounds.run()
    expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2'])
  })

  it('repeat nothing when none is under way', () => {
    const { rounds, log } = recording()
    rounds.repeat()
    expect(log).toEqual([])
  })

  it('are one, later, for all who ask for one soon', () => {
    const { rounds, log, soon } = recording()
    rounds.soon()
    rounds.soon()
    expect(log).toEqual([])
    for (const run of soon.splice(0)) run()
    expect(log).toEqual(['begin 0', 'end 0'])
    rounds.soon()
    for (const run of soon) run()
    expect(log).toHaveLength(4)
  })

  it('go on after one that threw', () => {
    const { rounds, log } = recording(() => {
      throw new Error('this round')
    })
    expect(() => rounds.run()).toThrow('this round')
    rounds.run()
    expect(log).toEqual(['begin 0', 'begin 1', 'end 1'])
  })
})
