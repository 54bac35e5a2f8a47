import type { Batch } from '../../../lib/nats/wire.js'

/** One as a caller sends it, with one item, for this task. */
export const batchFor = (name: string): Batch => ({
  type: 'batch',
  caller: 'test',
  id: 1,
  channel: 1,
  start: 0,
  steps: [{ name, spread: false }],
  alone: false,
  careful: false,
  values: [1],
})
