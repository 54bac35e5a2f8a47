/** What is left of the throughput where threads die. */
import { parallelMap } from '../../../lib/operators/parallelMap.js'
import { number } from '../../bench/report/format.js'
import { Simulation } from '../simulation.js'
import type { Finding, Setting } from './experiment.js'
import { percent } from './experiment.js'

const itemCost = 0.1
const threads = 16
const retry = 5
const rates = [0, 1e-5, 1e-4, 1e-3, 1e-2]

export function failuresFinding({ costs, quick }: Setting): Finding {
  const count = quick ? 4000 : 100_000
  const trials = rates.map((crashRate) => {
    const { took, crashes, messages } = new Simulation({ threads, costs, crashRate }).run({
      count,
      itemCost: () => itemCost,
      through: (work) => parallelMap(work, { retry }),
    })
    return { crashRate, crashes, messages, rate: (count / took) * 1000 }
  })
  const undisturbed = trials[0]!.rate
  const halved = trials.find(({ rate }) => rate < undisturbed / 2)
  return {
    title: 'Failures: what is left of the throughput where threads die?',
    setup:
      `${threads} threads, items of ${itemCost * 1000} µs, automatic batches, retry: ${retry}. A share of the items, each time that ` +
      `one runs, takes its thread with it; the next one needs ${costs.start.toFixed(0)} ms to start, as measured.`,
    answer: halved
      ? `Throughput is halved, or worse, where one item in ${number(1 / halved.crashRate)} kills its thread: ${percent(halved.rate / undisturbed)} is left, and every item still gets its result.`
      : `At least half of the throughput is left even where one item in ${number(1 / rates.at(-1)!)} kills its thread.`,
    tables: [
      {
        head: ['items that kill their thread', 'threads that died', 'items a second', 'left', 'messages'],
        align: 'lrrrr',
        rows: trials.map(({ crashRate, crashes, rate, messages }) => [
          crashRate === 0 ? 'none' : `1 in ${number(1 / crashRate)}`,
          String(crashes),
          number(rate),
          percent(rate / undisturbed),
          number(messages),
        ]),
      },
    ],
  }
}
