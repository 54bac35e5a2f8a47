/** What each serving process does: a table that is drawn again and again on a terminal, and now and then elsewhere. */
import { clearScreenDown, moveCursor } from 'node:readline'
import Table from 'cli-table3'
import type { Pool, PoolStats } from 'rxjs-parallel'

type State = 'works' | 'has left' | 'is lost'

interface Row {
  state: State
  done: number
  inHand: number
  busy: number
}

/** Who is there, and who was: a pool's stats only know those that are there. */
export class Members {
  private readonly rows = new Map<string, Row>()

  constructor(private readonly pool: Pool<unknown>) {
    pool.events$.subscribe(({ type, threadId }) => {
      // Of the processes themselves: `host/pid/0`. What they have are threads, which may crash, too.
      if (type === 'crashed') this.ended(threadId, 'is lost')
      if (type === 'stopped') this.ended(threadId, 'has left')
    })
  }

  text(cities: number, total: number): string {
    const stats = this.pool.stats
    this.update(stats)
    const drawn = new Table({
      head: ['process', 'state', 'done', 'in hand', 'busy'],
      colAligns: ['left', 'left', 'right', 'right', 'right'],
      style: { head: [], border: [], compact: true },
    })
    for (const [threadId, { state, done, inHand, busy }] of this.rows)
      drawn.push([threadId, state, number(done), number(inHand), `${Math.round(busy * 100)} %`])
    const sum = `${number(cities)} of ${number(total)} cities, ${number(Math.round(stats.perSecond))} a second`
    return `${drawn}\n${sum}; ${number(stats.queued)} wait\n`
  }

  private update({ threads }: PoolStats): void {
    for (const { threadId, done, inFlight, utilization } of threads)
      this.rows.set(threadId, { state: 'works', done, inHand: inFlight, busy: utilization })
  }

  private ended(threadId: string, state: State): void {
    const row = this.rows.get(threadId)
    if (row) Object.assign(row, { state, inHand: 0 })
  }
}

export interface Screen {
  /** A line that stays. */
  say(line: string): void
  /** What takes the place of what was drawn before. */
  draw(text: string): void
}

export function screenOf(stream: NodeJS.WriteStream): Screen {
  if (!stream.isTTY) return { say: (line) => stream.write(`${line}\n`), draw: (text) => stream.write(text) }
  let drawn = ''
  const clear = () => {
    moveCursor(stream, 0, -(drawn.split('\n').length - 1))
    clearScreenDown(stream)
  }
  const draw = (text: string) => {
    clear()
    drawn = text
    stream.write(text)
  }
  const say = (line: string) => {
    clear()
    stream.write(`${line}\n${drawn}`)
  }
  return { say, draw }
}

export function number(value: number): string {
  return value.toLocaleString('en')
}
