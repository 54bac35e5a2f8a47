import { expect, it } from 'vitest'
import { dispatchOf, emitting } from '../../../lib/flow/dispatch.js'
import type { Work } from '../../../lib/flow/work.js'
import type { Part } from '../../../lib/nats/caller/part.js'
import { Parts } from '../../../lib/nats/caller/parts.js'
import { itemWindow } from '../../../lib/wire/messages.js'

const [one, other] = [{} as Work, {} as Work]

const partOf = (id: number, work: Work): Part => ({
  id,
  work,
  channel: 1,
  dispatch: dispatchOf({ chunk: { start: 0, values: [1] }, first: 0, count: 1 }),
  deaths: 0,
  careful: false,
  pinned: undefined,
  owner: undefined,
  seq: undefined,
  left: 1,
  busy: 0,
  at: undefined,
  misses: 0,
  over: false,
  paused: false,
})

it('parts are counted by operator, and without those that only wait for room downstream', () => {
  const parts = new Parts()
  const all = [partOf(1, one), partOf(2, one), partOf(3, other)]
  for (const part of all) parts.add(part)
  const counts = () => [parts.active, parts.activeOf(one), parts.activeOf(other)]
  expect(counts()).toEqual([3, 2, 1])
  emitting(all[0]!.dispatch, 0, itemWindow)
  for (const part of all) parts.look(part)
  expect(counts()).toEqual([2, 1, 1])
  all[0]!.dispatch.open!.get(0)!.room += 1
  parts.look(all[0]!)
  expect(counts()).toEqual([3, 2, 1])
  all[0]!.dispatch.open!.get(0)!.room -= 1
  parts.look(all[0]!)
  parts.remove(all[0]!)
  parts.remove(all[0]!)
  expect(counts()).toEqual([2, 1, 1])
  expect(parts.of(one)).toEqual([all[1]])
  parts.remove(all[1]!)
  parts.remove(all[2]!)
  expect([...counts(), parts.isEmpty, parts.of(one)]).toEqual([0, 0, 0, true, []])
})
