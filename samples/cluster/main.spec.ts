import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, inject, it } from 'vitest'
import { startProgram } from '../../spec/support/childProcess.js'
import { main } from './main.js'
import { natsServer } from './server.js'

const servers = inject('natsUrl')

async function run(args: string[], server: () => ReturnType<typeof natsServer>) {
  const [lines, tables, complaints]: string[][] = [[], [], []]
  const screen = {
    say: (line: string) => void lines!.push(line),
    draw: (text: string) => void tables!.push(text),
  }
  const code = await main(args, { screen, complain: (line) => complaints!.push(line), server })
  return { code, lines: lines!.join('\n'), tables: tables!, complaints: complaints! }
}

it('finds every country, though a process is killed on the way', async () => {
  const { code, lines, tables } = await run(['1500'], () => natsServer({ NATS_URL: servers }))
  expect(lines).toMatch(/^1,500 cities, 3 processes at nats:/)
  expect(lines).toMatch(/^SIGKILL to \d+: /m)
  expect(lines).toMatch(/^SIGTERM to \d+: /m)
  expect(lines).toMatch(/^1,500 cities in \d+ countries in [\d.]+ s: the same as in this thread$/m)
  expect(tables.at(-1)).toMatch(/is lost/)
  expect(tables.at(-1)).toContain('1,500 of 1,500 cities')
  expect(code).toBe(0)
})

it('says in one line what it needs', async () => {
  const nowhere = () => natsServer({ PATH: '' }, [])
  for (const args of [['0'], ['many'], ['5', '6']]) {
    const { code, lines, complaints } = await run(args, nowhere)
    expect({ code, lines, complaints }).toEqual({ code: 2, lines: '', complaints: [expect.any(String)] })
  }
  const { code, lines, complaints } = await run([], nowhere)
  expect({ code, lines }).toEqual({ code: 1, lines: '' })
  expect(complaints).toEqual([
    'cluster: no nats-server found; install nats-server or set NATS_URL=nats://host:4222',
  ])
})

const isElsewhere = inject('natsProgram') === ''

it.skipIf(isElsewhere)('starts a server, and ends it', async () => {
  const server = await natsServer({ PATH: process.env.PATH })
  const port = Number(new URL(server!.url).port)
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
  await server!.stop()
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
})

it.skipIf(isElsewhere || process.platform === 'win32')(
  'ends at Ctrl-C, and all its processes with it',
  async () => {
    const program = startProgram(
      { file: new URL('./main.ts', import.meta.url), flags: ['--import', 'tsx'], deadline: 110_000 },
      '100000',
    )
    await program.printed(' of 100,000 cities')
    program.kill('SIGINT')
    const { code, lines, complaints } = await program.ended
    expect(complaints).toMatch(/cluster: interrupted\n$/)
    expect(code).toBe(130)
    const pids = [...lines.join('\n').matchAll(/\/(\d+)\/\d+ /g)].map(([, pid]) => Number(pid))
    expect(pids.length).toBeGreaterThanOrEqual(3)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  },
)
