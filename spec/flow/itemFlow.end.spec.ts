import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'
import type { ItemFlowOptions } from '../../lib/flow/itemFlow.js'
import { attachTo, itemFlow } from '../support/itemFlows.js'
import { Recorder } from '../support/recorder.js'

/** A flow that a test gives to threads, and answers, by itself. */
function flowOf(options: Partial<ItemFlowOptions> = {}) {
  const receiver = new Recorder<string>()
  const flow = itemFlow<number, string>(receiver, { batchSize: new BatchSize(1), ...options })
  attachTo(flow, {})
  return { flow, receiver }
}

const succeeded = (value: string) => ({ first: 0, values: [value], layout: undefined, errors: [] })
const failed = (error: unknown) => ({ first: 0, values: [], layout: [0, 0, 2], errors: [error] })

describe('a flow with order kept', () => {
  it('ends by the error of its last item, though room comes while the one before it is emitted', () => {
    const { flow, receiver } = flowOf()
    receiver.react = () => flow.roomier()
    flow.push(1)
    flow.push(2)
    flow.end()
    const [first, second] = [flow.take()!, flow.take()!]
    flow.results(second, failed('no'))
    flow.results(first, succeeded('yes'))
    expect(receiver.notifications).toEqual([{ next: 'yes' }, { error: 'no' }])
  })
})
