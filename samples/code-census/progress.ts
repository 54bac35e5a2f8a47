import { SingleBar } from 'cli-progress'
import { files } from './files.js'
import type { Measure } from './measureFile.js'

/** How far it is. */
interface Progress {
  step(measure: Measure): void
  stop(): Promise<void>
}

export const noProgress: Progress = { step() {}, stop: async () => {} }

/**
 * A bar on stderr that counts the files along with the work: a walk without parsing is soon at its end. Where
 * there is no terminal, a line now and then.
 */
export function showProgress(title: string, folders: readonly string[]): Progress {
  const bar = new SingleBar({
    format: `${title} {bar} {value}/{total} files, {problems} problems, {duration_formatted}`,
    noTTYOutput: true,
    hideCursor: true,
    emptyOnZero: true,
  })
  let [done, problems, found, stopped] = [0, 0, 0, false]
  bar.start(0, 0, { problems })
  const counting = (async () => {
    for await (const _ of files(...folders)) {
      if (stopped) return
      bar.setTotal(++found)
    }
  })()
  return {
    step(measure: Measure) {
      if (measure.problem !== undefined) problems++
      bar.update(++done, { problems })
    },
    async stop() {
      stopped = true
      await counting
      bar.stop()
    },
  }
}
