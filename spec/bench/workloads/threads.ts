import { availableParallelism } from 'node:os'
import type { Workload } from '../bench.js'
import { ours } from '../competitors/ours.js'
import { plainLoop } from '../competitors/plainLoop.js'
import { contest } from '../contest.js'
import { arithmeticSource } from './arithmetic.js'

/** 1, 2, 4, … and all the cores there are. */
function sizes(): number[] {
  const cores = availableParallelism()
  const powers = Array.from({ length: Math.ceil(Math.log2(cores)) }, (_, power) => 2 ** power)
  return [...powers, cores]
}

export const threads: Workload = {
  name: 'threads',
  run: async (bench) => [
    await contest(bench, {
      workload: 'threads',
      title: '0.4 ms of arithmetic, by threads',
      source: arithmeticSource,
      competitors: [
        plainLoop,
        ...sizes().map((size) =>
          ours({ name: `${size} ${size === 1 ? 'thread' : 'threads'}`, threads: size }),
        ),
      ],
      seconds: 1,
      base: plainLoop.name,
    }),
  ],
}
