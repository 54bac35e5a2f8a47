// #region worker
import { expose, stage, task } from 'rxjs-parallel/worker'

export interface Reading {
  sensor: string
  celsius: number
}

export default expose({
  // Any function, its signature untouched.
  square: (x: number) => x * x,
  pow: (base: number, exponent: number) => base ** exponent,

  // A generator emits many values for one.
  *divisors(n: number) {
    for (let d = 1; d <= n; d++) if (n % d === 0) yield d
  },

  // A task asks for its context: here the signal that says when nobody wants the page any more.
  fetchPage: task(async (url: string, { signal }) => (await fetch(url, { signal })).text()),

  // A stage takes a whole stream and gives a whole stream, and may keep state in between.
  runningMean: stage(async function* (readings: AsyncIterable<Reading>) {
    const sensors = new Map<string, { sum: number; n: number }>()
    for await (const { sensor, celsius } of readings) {
      const seen = sensors.get(sensor) ?? { sum: 0, n: 0 }
      sensors.set(sensor, seen)
      yield { sensor, mean: (seen.sum += celsius) / ++seen.n }
    }
  }),
})
// #endregion
