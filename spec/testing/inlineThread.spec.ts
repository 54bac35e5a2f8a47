import { describe, expect, it } from 'vitest'
import { InlineThread } from '../../lib/testing/inlineThread.js'
import { seededRandom } from '../../samples/seededRandom.js'
import { VirtualClock } from '../simulation/virtualClock.js'

function threadBy(time: VirtualClock): InlineThread {
  const options = { threadId: 'inline', exposed: {}, concurrency: 1, shared: {}, model: {}, time }
  return new InlineThread(options, { message: () => {}, died: () => {} })
}

describe("an inline thread's event loop", () => {
  it('turns when all has been computed, whatever the fractions add up to', () => {
    const random = seededRandom(1)
    for (let run = 0; run < 1000; run++) {
      const clock = new VirtualClock()
      const thread = threadBy(clock)
      let computed = 0
      let turnedAfter: number | undefined
      clock.after(random() / 3, () => {
        thread.compute(random(), () => computed++)
        thread.compute(random() * (10 / 3), () => computed++)
        thread.time.endOfTurn(() => {
          turnedAfter = computed
        })
      })
      clock.run()
      expect(turnedAfter).toBe(2)
    }
  })

  it('turns as soon as what it computes is given up', () => {
    const clock = new VirtualClock()
    const thread = threadBy(clock)
    let called = false
    let turned: number | undefined
    const giveUp = thread.compute(5, () => {
      called = true
    })
    thread.time.endOfTurn(() => {
      turned = clock.now()
    })
    clock.after(2, giveUp)
    clock.run()
    expect({ called, turned }).toEqual({ called: false, turned: 2 })
  })
})
