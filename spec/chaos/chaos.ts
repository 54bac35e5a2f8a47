import { show } from './account.js'
import { countPorts } from './holdings.js'
import { runRound } from './round.js'
import type { ChaosOptions, RoundPlan } from './roundPlan.js'
import { planRound } from './roundPlan.js'
import { Tally } from './tally.js'
import { Watchdog } from './watchdog.js'

/** A round that went wrong. */
export interface Failure {
  readonly plan: RoundPlan
  readonly complaints: readonly string[]
}

export interface Outcome {
  readonly tally: Tally
  readonly failure: Failure | undefined
  /** Milliseconds: the longest time in which nothing happened. */
  readonly longestSilence: number
  /** Ports that there are more of at the end than after the first round. */
  readonly portsLeft: number
}

export interface ChaosRun extends ChaosOptions {
  /** Rounds are run until there were so many. */
  readonly items: number
  /** The one round to run. */
  readonly round?: number | undefined
  /** Milliseconds in which nothing may happen. */
  readonly patience: number
  readonly roundEnded?: (tally: Tally) => void
}

/** Runs rounds until one goes wrong, or all items have ended. */
export async function runChaos(options: ChaosRun): Promise<Outcome> {
  const tally = new Tally()
  const watchdog = new Watchdog(options.patience)
  const strays = new Strays()
  let failure: Failure | undefined
  let ports: number | undefined
  try {
    for (let number = options.round ?? 0; !failure && tally.items < options.items; number++) {
      const plan = planRound(options, number)
      const complaints = await runRound(plan, tally, watchdog).catch((error) => [show(error)])
      complaints.push(...strays.take())
      if (complaints.length > 0) failure = { plan, complaints }
      options.roundEnded?.(tally)
      // A first round loads what every other uses.
      ports ??= countPorts()
      if (options.round !== undefined) break
    }
  } finally {
    strays.stopWatching()
  }
  const portsLeft = Math.max(0, countPorts() - (ports ?? 0))
  return { tally, failure, longestSilence: watchdog.longest, portsLeft }
}

/** Exceptions and rejections that nothing in this process has caught: there must be none. */
class Strays {
  private readonly seen: string[] = []

  constructor() {
    process.on('uncaughtException', this.note)
    process.on('unhandledRejection', this.note)
  }

  take(): string[] {
    return this.seen.splice(0)
  }

  stopWatching(): void {
    process.off('uncaughtException', this.note)
    process.off('unhandledRejection', this.note)
  }

  private readonly note = (thrown: unknown) => {
    this.seen.push(`nothing caught ${thrown instanceof Error ? thrown.stack : show(thrown)}`)
  }
}
