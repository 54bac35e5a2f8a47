import { viewOn, watchPools } from './watchPools.js'

export type Log = (line: string) => void

/** Runs a sample; with `--watch` on the command line, beside a view of its pools, which ends with it. */
export async function watched<R>(main: (log?: Log) => Promise<R>, args = process.argv): Promise<R> {
  if (!args.includes('--watch')) return main()
  const view = viewOn(process.stdout)
  const watching = watchPools(view)
  try {
    return await main(view.log)
  } finally {
    watching.unsubscribe()
    view.end()
  }
}
