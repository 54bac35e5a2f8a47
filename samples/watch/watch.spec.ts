import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { PoolStats } from 'rxjs-parallel'
import { expect, it, onTestFinished } from 'vitest'
import { poolPanel, summary } from './poolText.js'

const stats: PoolStats = {
  inFlight: 3,
  queued: 1200,
  done: 45_678,
  failed: 2,
  perSecond: 1234.4,
  threads: [
    { threadId: 'host/1/1', utilization: 0.824, inFlight: 2, done: 40_000 },
    { threadId: 'host/1/2', utilization: 0, inFlight: 1, done: 5678 },
  ],
  serviceTime: { p50: 0.4567, p90: 1, p99: 2 },
}
const error = new Error('thread host/1/3 died (exit code 9) while it ran items[3]\nand more')

it('says in one line how a pool is', () => {
  expect(summary('x.worker.ts', stats)).toBe(
    'x.worker.ts: 2 threads, 3 in flight, 1,200 queued, 1,234 items/s, 45,678 done, 2 failed, 0.46 ms each',
  )
})

it('draws its rates, its threads and what happened to them', () => {
  const rates = [0, 500, 1000]
  const events = [{ type: 'crashed' as const, threadId: 'host/1/3', error }]
  expect(poolPanel({ name: 'x.worker.ts', stats, rates, events }).split('\n')).toEqual([
    summary('x.worker.ts', stats),
    '  ▁▄█  items/s',
    '  ████████████████░░░░  82 %  40,000 done, 2 in flight  host/1/1',
    '  ░░░░░░░░░░░░░░░░░░░░   0 %  5,678 done, 1 in flight  host/1/2',
    '  thread host/1/3 crashed: Error: thread host/1/3 died (exit code 9) while it ran items[3]',
  ])
})

const command = (sample: string) => [
  process.execPath,
  '--import',
  'tsx',
  fileURLToPath(new URL(`../${sample}/main.ts`, import.meta.url)),
  '--watch',
]
const env = { ...process.env, TERM: 'xterm', FORCE_COLOR: '0' }

it('prints lines where there is no terminal, beside those of the sample', async () => {
  const [node, ...args] = command('task-queue') as [string, ...string[]]
  const { status, stdout } = spawnSync(node, args, { encoding: 'utf8', env })
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(
    /^consumer\.worker\.ts: 0 threads, 0 in flight, 0 queued, 0 items\/s, 0 done, 0 failed/,
  )
  expect(lines).toContainEqual(expect.stringMatching(/^consumer\.worker\.ts: thread \S+ started$/))
  expect(lines).toContain('map: 1000, 10, 100000, 100, 10000 -> 168, 4, 9592, 25, 1229')
  expect(lines.at(-1)).toMatch(/^consumer\.worker\.ts: thread \S+ stopped$/)
  expect(stdout).not.toContain('\u001b')
  expect(status).toBe(0)
})

const hasScript = spawnSync('script', ['--version']).status === 0
const [hideCursor, showCursor] = ['\u001b[?25l', '\u001b[?25h']

/** Runs a sample in a terminal of its own. */
function inTerminal(sample: string) {
  const line = ['stty rows 40 cols 100;', 'exec', ...command(sample).map((word) => `'${word}'`)]
  const child = spawn('script', ['--quiet', '--return', '--command', line.join(' '), '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const seen = { text: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (seen.text += text))
  const closed = once(child, 'close')
  /** Resolves when it shows this; rejects when it ends without. */
  const shown = async (text: RegExp) => {
    while (!text.test(seen.text)) {
      if (child.stdout.closed) throw new Error(`it ended without showing ${text}: ${seen.text}`)
      await Promise.race([once(child.stdout, 'data'), closed])
    }
  }
  return { child, seen, shown, closed }
}

it.skipIf(!hasScript)('is drawn in a terminal, in its place, and ends with the sample', async () => {
  const { seen, closed } = inTerminal('task-queue')
  const [code] = await closed
  expect(seen.text).toMatch(/[░█]{20} +\d+ % /)
  expect(seen.text).toContain('\u001b[2K')
  expect(seen.text).toContain('map: 1000, 10, 100000, 100, 10000 -> 168, 4, 9592, 25, 1229')
  expect(seen.text.lastIndexOf(showCursor)).toBeGreaterThan(seen.text.lastIndexOf(hideCursor))
  expect(seen.text).toContain(hideCursor)
  expect(code).toBe(0)
})

// The one ends at once by Node's own doing, the other in good order by its own.
it.skipIf(!hasScript).each(['bounded-queue', 'code-census'])(
  'gives the cursor back at Ctrl-C (%s)',
  async (sample) => {
    const { child, seen, shown, closed } = inTerminal(sample)
    await shown(/░|█/)
    child.stdin.write('\u0003')
    const [code] = await closed
    expect(seen.text.lastIndexOf(showCursor)).toBeGreaterThan(seen.text.lastIndexOf(hideCursor))
    expect(code).toBe(130)
  },
)
