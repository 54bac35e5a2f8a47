import { expect, it } from 'vitest'
import { Seen } from '../../lib/wire/seen.js'

const objects = Array.from({ length: 100 }, () => ({}))

it.each([0, 1, 15, 16, 17, 18, 99])('knows object %i again, and not in the next value', (i) => {
  const seen = new Seen()
  for (let value = 0; value < 3; value++) {
    for (const object of objects) expect(seen.add(object)).toBe(true)
    expect(seen.add(objects[i]!)).toBe(false)
    expect(seen.add({})).toBe(true)
    if (value === 1) seen.release()
    else seen.clear()
  }
})
