import { files } from './files.js'
import type { Measure } from './measureFile.js'
import type { PackageTotals } from './totals.js'

/** The census as a plain loop over the same functions, in this thread: what the threads have to beat. */
export async function inOneThread(
  folders: readonly string[],
  onMeasure: (measure: Measure) => void,
  signal: AbortSignal,
): Promise<PackageTotals[]> {
  // Loaded only here, with the TypeScript compiler that they bring: the main thread needs neither otherwise.
  const [{ measureFile }, { totals }] = await Promise.all([import('./measureFile.js'), import('./totals.js')])
  async function* measures() {
    for await (const file of files(...folders)) {
      signal.throwIfAborted()
      const measure = await measureFile(file)
      onMeasure(measure)
      yield measure
    }
  }
  const packages: PackageTotals[] = []
  for await (const found of totals(measures())) packages.push(found)
  return packages
}
