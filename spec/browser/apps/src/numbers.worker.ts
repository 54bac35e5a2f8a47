import { expose, stage, task } from 'rxjs-parallel/worker'
import { StrangeNumber } from './strangeNumber.js'

export default expose({
  *divisors(n: number) {
    for (let d = 1; d <= n; d++) if (n % d === 0) yield d
  },
  check: (n: number) => {
    if (n === 13) throw new StrangeNumber(n)
    return n
  },
  unsendable: () => ({ items: [() => 0] }),
  nameThread: task((_item: number, { threadId }) => threadId),
  runningMean: stage(async function* (numbers: AsyncIterable<number>) {
    let sum = 0
    let count = 0
    for await (const n of numbers) yield (sum += n) / ++count
  }),
})
