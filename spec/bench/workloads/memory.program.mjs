// Prints the peak memory in MiB of a process that does what its first argument says with so many numbers.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const [what, count] = process.argv.slice(2)

class Check {
  taken = 0
  sum = 0
  take = (result) => {
    this.taken++
    this.sum += result
  }
  end(count) {
    if (this.taken !== count || this.sum !== (count * (count + 1)) / 2)
      throw new Error(`memory: ${this.taken} results of ${count} add up to ${this.sum}`)
  }
}

function* numbers(count) {
  for (let i = 0; i < count; i++) yield i
}

async function openOurs() {
  const { threadPool } = await import('rxjs-parallel')
  const pool = threadPool(new URL('../workers/ours.mjs', import.meta.url), { size: 2 })
  await pool.ready()
  return pool
}

const programs = {
  idle: () => setTimeout(100),

  oursIdle: async () => {
    await openOurs()
    await setTimeout(100)
  },

  ours: async (count) => {
    const { parallelMap, pull } = await import('rxjs-parallel')
    const pool = await openOurs()
    const check = new Check()
    await pull(numbers(count)).pipe(parallelMap(pool.tasks.plusOne)).forEach(check.take)
    check.end(count)
  },

  piscina: async (count) => {
    const { Piscina } = await import('piscina')
    const { bufferCount, from, mergeMap } = await import('rxjs')
    const filename = new URL('../workers/piscina.mjs', import.meta.url).href
    const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2, concurrentTasksPerWorker: 4 })
    const check = new Check()
    const batches$ = from(numbers(count)).pipe(
      bufferCount(1024),
      mergeMap((batch) => pool.run(batch, { name: 'plusOneEach' }), 8),
    )
    await batches$.forEach((results) => {
      for (const result of results) check.take(result)
    })
    check.end(count)
    await pool.close()
  },
}

/** Linux's own record is this program's alone; `maxRSS` there begins with that of the process that started it. */
function peakMiB() {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return Number(kib) / 1024
  } catch {
    return process.resourceUsage().maxRSS / 1024
  }
}

await programs[what](Number(count))
process.stdout.write(`${peakMiB()}`)
