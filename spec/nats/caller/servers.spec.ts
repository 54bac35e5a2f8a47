import { expect, it } from 'vitest'
import { Servers } from '../../../lib/nats/caller/servers.js'
import type { Connection } from '../../../lib/nats/connection.js'
import type { Peers } from '../../../lib/nats/peers.js'
import { subjectsOf } from '../../../lib/nats/subjects.js'
import type { Notice } from '../../../lib/nats/wire.js'
import { encode } from '../../../lib/nats/wire.js'

const thread = { threadId: 'host/1/1', inFlight: 0, done: 0, utilization: 0 }
const hello = {
  type: 'hello',
  id: 'one',
  threadId: 'host/1',
  size: 1,
  threads: [thread],
  credit: 3,
  manifest: {},
  leaving: false,
} as const

// When a message is under way just then can't be chosen with a real connection.
function serversOf() {
  let received: (message: { data: Uint8Array }) => void = () => {}
  const connection = {
    subscribe: (_: string, run: typeof received) => {
      received = run
    },
    onBack() {},
    publish() {},
  } as unknown as Connection
  const peers = { of: (id: string) => ({ id, send() {} }), forget() {} } as unknown as Peers
  const told: string[] = []
  const servers = new Servers(connection, subjectsOf('late'), () => peers, {
    tell: ({ type }) => told.push(type),
    changed: () => told.push('changed'),
    gone: () => told.push('gone'),
  })
  return { servers, told, hear: (notice: Notice) => received({ data: encode(notice) }) }
}

it('a process that says it is there when the pool has left comes too late', () => {
  const { servers, told, hear } = serversOf()
  hear(hello)
  expect([servers.size, told]).toEqual([1, ['started', 'changed']])
  servers.leave()
  hear(hello)
  expect([servers.size, told]).toEqual([0, ['started', 'changed', 'stopped']])
})

it('what a process says every second is a change only where there is another room than before', () => {
  const { servers, told, hear } = serversOf()
  hear(hello)
  told.length = 0
  hear({ ...hello, threads: [{ ...thread, inFlight: 1, utilization: 0.5 }] })
  expect(told).toEqual([])
  expect(servers.get('one')!.hello.threads[0]!.inFlight).toBe(1)
  for (const change of [{ size: 2 }, { size: 2, credit: 6 }, { size: 2, credit: 6, leaving: true }])
    hear({ ...hello, ...change })
  expect(told).toEqual(['changed', 'changed', 'changed'])
})

it('the room that there is follows those who come, change, leave and go', () => {
  const { servers, hear } = serversOf()
  const room = () => [servers.open.length, servers.size, servers.credit]
  hear(hello)
  hear({ ...hello, id: 'two', size: 2, credit: 6 })
  hear({ ...hello, id: 'three', size: 4, credit: 12 })
  expect(room()).toEqual([3, 7, 21])
  hear({ ...hello, size: 3, credit: 9 })
  expect(room()).toEqual([3, 9, 27])
  hear({ ...hello, id: 'two', size: 2, credit: 6, leaving: true })
  expect(room()).toEqual([2, 7, 21])
  hear({ type: 'bye', id: 'two' })
  servers.lost('three', 'for a test')
  expect(room()).toEqual([1, 3, 9])
  servers.leave()
  expect(room()).toEqual([0, 0, 0])
})
