import type { Workload } from '../bench.js'
import { arithmetic } from './arithmetic.js'
import { buffers } from './buffers.js'
import { delay } from './delay.js'
import { latency } from './latency.js'
import { memory } from './memory.js'
import { msgpack } from './msgpack.js'
import { numbers } from './numbers.js'
import { processes } from './processes.js'
import { records } from './records.js'
import { stages } from './stages.js'
import { threads } from './threads.js'
import { uneven } from './uneven.js'

export const workloads: readonly Workload[] = [
  numbers,
  records,
  msgpack,
  arithmetic,
  uneven,
  buffers,
  latency,
  memory,
  delay,
  stages,
  threads,
  processes,
]
