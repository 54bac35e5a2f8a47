import { expect, it } from 'vitest'
import { dispatchOf, emitting } from '../../../lib/flow/dispatch.js'
import { Intake } from '../../../lib/nats/serving/intake.js'
import { Job } from '../../../lib/nats/serving/job.js'
import { itemWindow } from '../../../lib/wire/messages.js'
import { batchFor } from '../support/batch.js'

const batch = batchFor('upTo')

/** Which batches have begun, of those that were added. */
function intakeOf(credit: () => number) {
  const intake = new Intake(credit)
  const begun: Job[] = []
  const add = (careful = false) => {
    const job = new Job({ ...batch, careful }, [1], undefined, undefined)
    intake.add(job, () => {
      job.begun = true
      begun.push(job)
    })
    return job
  }
  return { intake, begun, add }
}

/** As if its one item had filled all the room that it has. */
function fill(job: Job) {
  const dispatch = dispatchOf({ chunk: job.chunk, first: 0, count: 1 })
  emitting(dispatch, 0, itemWindow)
  job.dispatches.add(dispatch)
  return dispatch.open!.get(0)!
}

it('a batch that only waits for room downstream makes way for another, till it goes on', () => {
  const { intake, add } = intakeOf(() => 2)
  const [first] = [add(), add()]
  expect(intake.room).toBe(0)
  const item = fill(first!)
  intake.lookAt(first!)
  expect(intake.room).toBe(1)
  item.room += 1
  intake.lookAt(first!)
  expect(intake.room).toBe(0)
  item.room -= 1
  intake.lookAt(first!)
  intake.remove(first!)
  expect(intake.room).toBe(1)
})

it('the credit is asked for each time', () => {
  let credit = 1
  const { intake } = intakeOf(() => credit)
  expect(intake.room).toBe(1)
  credit = 5
  expect(intake.room).toBe(5)
})

it('a careful batch begins when nothing else runs, and nothing begins beside it', () => {
  const { intake, begun, add } = intakeOf(() => 10)
  const plain = add()
  const careful = add(true)
  const next = add()
  expect([begun, intake.room]).toEqual([[plain], 0])
  fill(plain)
  intake.lookAt(plain)
  intake.admit()
  expect(begun).toEqual([plain, careful])
  intake.remove(careful)
  expect(begun).toEqual([plain, careful, next])
  expect(intake.room).toBe(9)
  intake.remove(plain)
  intake.remove(next)
  expect(intake.isEmpty).toBe(true)
})
