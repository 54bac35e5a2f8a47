import { task } from 'rxjs-parallel/worker'

/** A task that runs till it is given up, and how many of its items have begun, and been stopped. */
export function holding() {
  const counts = { begun: 0, stopped: 0 }
  const hold = task(async (_n: number, { signal }) => {
    counts.begun++
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    counts.stopped++
  })
  return { hold, counts }
}
