import { describe, expect, it } from 'vitest'
import type { OpenSharing } from '../../lib/wire/sharing.js'
import { openSharing, shareAs } from '../../lib/wire/sharing.js'

/** Something that can be shared, as far as `open` goes. */
function shareable(id: number, open: () => OpenSharing): object {
  const value = {}
  shareAs(value, { id, open, newMembership: () => ({ number: 2, counter: undefined }) })
  return value
}

describe('what is shared with a thread', () => {
  it('is closed to it again where a later part of it is refused', () => {
    const ended: number[] = []
    const shared = {
      list: [1, 2].map((id) => shareable(id, () => ({ descriptor: { id }, died: () => ended.push(id) }))),
      last: shareable(3, () => {
        throw new RangeError('no')
      }),
    }
    expect(() => openSharing(shared, 'none', () => {})).toThrow(new RangeError('no'))
    expect(ended).toEqual([1, 2])
  })
})
