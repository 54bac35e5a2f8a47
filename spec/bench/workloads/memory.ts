import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Workload } from '../bench.js'
import { inRounds } from '../rounds.js'

const program = fileURLToPath(new URL('./memory.program.mjs', import.meta.url))
const run = promisify(execFile)

/** Each in a process of its own, since a process's peak never falls. */
const programs = [
  { name: 'rxjs-parallel', role: 'ours', what: 'ours' },
  { name: 'rxjs-parallel, idle', role: 'ours', what: 'oursIdle' },
  { name: 'piscina batched by hand, 1024', role: 'batched', what: 'piscina' },
] as const

export const memory: Workload = {
  name: 'memory',
  run: async (bench) => {
    const count = bench.quick ? 10_000 : 10_000_000
    const those = programs.map(({ name, role, what }) => ({
      name,
      role,
      measure: async () => ({ peak: (await peak(what, count)) - (await peak('idle', count)) }),
    }))
    // Memory varies little: it needs no more rounds than show that.
    const { peak: entries } = await inRounds({ ...bench, rounds: Math.min(bench.rounds, 3) }, ['peak'], those)
    const title = `${count.toLocaleString('en')} numbers, peak memory above an idle process's`
    return [{ workload: 'memory', title, unit: 'MiB', entries }]
  },
}

/** In MiB. */
async function peak(what: string, count: number): Promise<number> {
  // Without tsx: the program is plain JavaScript.
  const { stdout } = await run(process.execPath, [program, what, `${count}`])
  return Number(stdout)
}
