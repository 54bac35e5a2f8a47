import type { Workload } from '../bench.js'
import { pools } from '../competitors/all.js'
import { barePort } from '../competitors/barePort.js'
import { ours } from '../competitors/ours.js'
import { contest } from '../contest.js'
import type { LoadSource } from '../load.js'

const SIZE = 1024 * 1024

/** Those that have come back, to be sent again: it is the moving that is measured, not the making. */
const free: ArrayBuffer[] = []

function* recycled(count: number): Generator<ArrayBuffer> {
  for (let i = 0; i < count; i++) {
    const buffer = free.pop() ?? new ArrayBuffer(SIZE)
    new Uint8Array(buffer)[0] = 0
    yield buffer
  }
}

const source: LoadSource = {
  task: 'touch',
  moves: true,
  most: 200_000,
  load: (count) => ({
    items: recycled(count),
    digest: (result) => {
      const buffer = result as ArrayBuffer
      free.push(buffer)
      return buffer.byteLength + new Uint8Array(buffer)[0]!
    },
    count,
    sum: count * (SIZE + 1),
    echoSum: count * SIZE,
  }),
}

export const buffers: Workload = {
  name: 'buffers',
  run: async (bench) => {
    const competitors = [ours(), ...pools, barePort]
    const title = 'buffers of 1 MiB, transferred'
    const result = await contest(bench, { workload: 'buffers', title, source, competitors })
    free.length = 0
    return [result]
  },
}
