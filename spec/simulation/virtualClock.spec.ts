import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../samples/seededRandom.js'
import { VirtualClock } from './virtualClock.js'

describe('a virtual clock', () => {
  it('calls back in the order of time, and of timers for one moment in that in which they were set', () => {
    const random = seededRandom(1)
    const clock = new VirtualClock()
    const set: { at: number; number: number }[] = []
    const called: { at: number; number: number }[] = []
    for (let number = 0; number < 5000; number++) {
      // Many at once.
      const at = Math.floor(random() * 500)
      set.push({ at, number })
      clock.after(at, () => called.push({ at: clock.now(), number }))
    }
    clock.run()
    expect(called).toEqual(set.sort((a, b) => a.at - b.at || a.number - b.number))
  })

  it('calls back timers that others have set', () => {
    const clock = new VirtualClock()
    const called: number[] = []
    clock.after(2, () => {
      clock.after(3, () => called.push(clock.now()))
      clock.after(0, () => called.push(clock.now()))
      // What has passed is now.
      clock.at(1, () => called.push(clock.now()))
    })
    clock.after(4, () => called.push(clock.now()))
    clock.run()
    expect(called).toEqual([2, 2, 4, 5])
  })

  it('gives timers up', () => {
    const clock = new VirtualClock()
    const called: string[] = []
    const giveUp = clock.after(1, () => called.push('given up'))
    clock.after(1, () => called.push('kept'))
    const giveUpLater = clock.after(2, () => called.push('given up later'))
    giveUp()
    clock.after(1.5, giveUpLater)
    clock.run()
    giveUp()
    expect(called).toEqual(['kept'])
    // Time doesn't pass for what was given up.
    expect(clock.now()).toBe(1.5)
  })

  it('does what is soon, then what ends the turn, then what comes later', () => {
    const clock = new VirtualClock()
    const called: string[] = []
    clock.after(0, () => called.push('timer'))
    clock.endOfTurn(() => {
      called.push('end of turn')
      clock.soon(() => called.push('soon after it'))
    })
    clock.endOfTurn(() => called.push('end of turn, second'))
    clock.soon(() => {
      called.push('soon')
      clock.soon(() => called.push('soon after that'))
    })
    clock.run()
    expect(called).toEqual([
      'soon',
      'soon after that',
      'end of turn',
      'soon after it',
      'end of turn, second',
      'timer',
    ])
  })

  it('says when nothing is left to happen', () => {
    const clock = new VirtualClock()
    clock.after(7, () => {})
    expect([clock.step(), clock.step(), clock.now()]).toEqual([true, false, 7])
  })

  it('refuses times that are none', () => {
    expect(() => new VirtualClock().after(-1, () => {})).toThrow(RangeError)
    expect(() => new VirtualClock().after(Number.NaN, () => {})).toThrow('got NaN')
  })
})
