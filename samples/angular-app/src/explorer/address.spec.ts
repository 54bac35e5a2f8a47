import { expect, it } from 'vitest'
import { readAddress, writeAddress } from './address'

/** As Settings has them, without Angular. */
function settings() {
  const signal = <T>(value: T) => Object.assign(() => value, { set: (next: T) => void (value = next) })
  let place = { x: 0, y: 0, width: 1 }
  return {
    where: signal('pool'),
    palette: signal('dusk'),
    limit: signal('auto'),
    fine: signal(true),
    goTo: (next: typeof place) => void (place = next),
    currentPlace: () => place,
  } as unknown as Parameters<typeof readAddress>[1]
}

it('reads what it has written', () => {
  const query = 'x=-0.7436439&y=0.1318259&width=0.00012&palette=ember&limit=2000&fine=false&where=page'
  const read = settings()
  readAddress(new URLSearchParams(query), read)
  expect(read.currentPlace()).toEqual({ x: -0.7436439, y: 0.1318259, width: 0.00012 })
  expect(writeAddress(read)).toBe(query)
})

it.each([
  '',
  'x=1&y=2',
  'x=1&y=2&width=-1',
  'palette=toString',
  'limit=0',
  'limit=1.5',
  'fine=1',
  'where=there',
])('leaves what it does not understand: %s', (query) => {
  const read = settings()
  readAddress(new URLSearchParams(query), read)
  expect(writeAddress(read)).toBe(writeAddress(settings()))
})
