import type { Calibration } from './calibration.js'
import { Calibrator } from './calibration.js'
import type { Checked } from './check.js'
import { Check, checkedWorkloads } from './check.js'
import { openPool } from './realPool.js'

/** V8 compiles what messages go through until it has seen so many rounds of them. */
const warmUps = 4

/**
 * Measures what messages cost and what real threads take for some workloads, and simulates those: in each round all
 * take turns, so that what changes on the machine meanwhile meets all.
 * @param share of the usual number of items.
 */
export async function measureReal(
  rounds: number,
  share: number,
): Promise<{ calibration: Calibration; checks: readonly Checked[] }> {
  const pools = [await openPool(1), await openPool(2)] as const
  const checks: Check[] = []
  try {
    const warmUp = new Calibrator(...pools, share)
    for (let round = 0; round < warmUps; round++) await warmUp.round()
    for (const workload of checkedWorkloads(share))
      for (const threads of [1, 2])
        for (const ordered of [true, false]) checks.push(await Check.open(workload, threads, ordered))
    const calibrator = new Calibrator(...pools, share)
    for (let round = 0; round < rounds; round++) {
      await calibrator.round()
      for (const check of checks) await check.round()
    }
    const calibration = calibrator.result
    return { calibration, checks: checks.map((check) => check.result(calibration)) }
  } finally {
    await Promise.all([...pools, ...checks].map((each) => each.close()))
  }
}
