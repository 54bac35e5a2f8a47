import { describe, expect, it } from 'vitest'
import type { Call } from '../../lib/shared/calls.js'
import { Caller } from '../../lib/shared/calls.js'

describe('a call by messages', () => {
  it('that could not be posted leaves nothing behind', () => {
    const posted: unknown[] = []
    const caller = new Caller((body) => {
      posted.push(body)
      throw new RangeError('no')
    })
    const controller = new AbortController()
    expect(() => caller.call('acquire', [], controller.signal)).toThrow(new RangeError('no'))
    controller.abort()
    expect(posted).toHaveLength(1)
  })

  it('may be answered while it is posted', async () => {
    const caller: Caller = new Caller((body) => caller.receive({ answer: (body as Call).call, value: 5 }))
    expect(await caller.call('acquire', [])).toBe(5)
  })
})
