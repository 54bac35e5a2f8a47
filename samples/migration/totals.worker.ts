// #region worker
import { expose, stage } from 'rxjs-parallel/worker'

export default expose({
  runningTotal: stage(async function* (numbers: AsyncIterable<number>) {
    let total = 0
    for await (const n of numbers) yield (total += n) // ends with the source: there is no poison pill
  }),
})
// #endregion
