import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nkeyAuthenticator, nkeys } from '@nats-io/transport-node'
import { firstValueFrom, from, lastValueFrom, range, toArray } from 'rxjs'
import { fanIn, fanOut, fromTask, parallelMap } from 'rxjs-parallel'
import type { ConnectOptions } from 'rxjs-parallel/nats'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { expose, stage } from 'rxjs-parallel/worker'
import { expect, inject, onTestFinished, it as test } from 'vitest'
import { connectionOf } from '../../samples/cluster/connection.js'
import { temporaryFolder } from '../package/pack.js'
import { certificates } from './support/certificates.js'
import { NatsServer } from './support/natsServer.js'

const program = inject('natsProgram')
/** One that runs elsewhere can't be configured. */
const it = test.skipIf(program === '')

const tasks = expose({
  double: (n: number) => 2 * n,
  *upTo(n: number) {
    for (let i = 0; i < n; i++) yield i
  },
  sums: stage(async function* (numbers: AsyncIterable<number>) {
    let sum = 0
    for await (const n of numbers) yield (sum += n)
  }),
})

type Connection = NonNullable<ConnectOptions['connection']>

/** One that is gone after the test. */
function folderOfTest(): string {
  const folder = temporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A server with that configuration, and what it writes in its log. */
async function configured(conf: string) {
  const folder = folderOfTest()
  const [file, log] = [join(folder, 'nats.conf'), join(folder, 'log')]
  writeFileSync(file, conf)
  const server = await NatsServer.start(program, '-c', file, '-l', log)
  onTestFinished(() => server.remove())
  const violations = () => readFileSync(log, 'utf8').match(/.*(Violation|authentication error).*/gi) ?? []
  return { url: server.url, violations }
}

/** Everything that a pool does, once. */
async function useAll(servers: string, name: string, serving: Connection, caller: Connection) {
  await using served = serveTasks(tasks, { servers, name, connection: serving })
  await served.ready()
  await using pool = natsPool<{ default: typeof tasks }>({ servers, name, connection: caller })
  await pool.ready()
  const doubled$ = range(0, 1000).pipe(parallelMap(pool.tasks.double), toArray())
  expect(await lastValueFrom(doubled$)).toEqual(Array.from({ length: 1000 }, (_, n) => 2 * n))
  const sums$ = from([1, 2, 3]).pipe(fanOut(pool.tasks.sums, { branches: 1 }), fanIn(), toArray())
  expect(await lastValueFrom(sums$)).toEqual([1, 3, 6])
  // Of which most is never wanted.
  expect(await firstValueFrom(fromTask(pool.tasks.upTo, 1_000_000))).toBe(0)
}

/** samples/cluster/nats.conf as README shows it; without `tls` it needs no certificates. */
function sampleConf(passwords: { caller: string; serving: string }, tls = ''): string {
  const text = readFileSync(new URL('../../samples/cluster/nats.conf', import.meta.url), 'utf8')
  return text
    .replace(/^tls \{[^}]*\}/m, tls)
    .replace(/^ *store_dir: .*$/m, '')
    .replace('$CALLER_PASSWORD', passwords.caller)
    .replace('$SERVING_PASSWORD', passwords.serving)
}

const passwords = { caller: 'a-long-one', serving: 'another-one' }
const users = {
  caller: connectionOf({ NATS_USER: 'caller', NATS_PASSWORD: passwords.caller }),
  serving: connectionOf({ NATS_USER: 'serving', NATS_PASSWORD: passwords.serving }),
}

it('users with the permissions of samples/cluster/nats.conf can do all that a pool does', async () => {
  const conf = sampleConf(passwords)
  const { url, violations } = await configured(conf)
  await useAll(url, 'cities', users.serving, users.caller)
  expect(violations()).toEqual([])
})

it('they can do nothing else: not serve as a caller, nor under another name', async () => {
  const { url, violations } = await configured(sampleConf(passwords))
  const other = serveTasks(tasks, { servers: url, name: 'others', connection: users.serving })
  await expect(other.ready()).rejects.toThrow()
  const caller = serveTasks(tasks, { servers: url, name: 'cities', connection: users.caller })
  await expect(caller.ready()).rejects.toThrow()
  expect(violations().join('\n')).toMatch(/Publish Violation.*STREAM\.CREATE\.rxjs-parallel-others/)
  expect(violations().join('\n')).toMatch(/Publish Violation.*CONSUMER\.CREATE\.rxjs-parallel-cities/)
})

it('a wrong password, or none, is told by ready()', async () => {
  const { url } = await configured(sampleConf(passwords))
  for (const connection of [{}, { user: 'caller', pass: 'wrong' }]) {
    await using pool = natsPool({ servers: url, name: 'cities', connection })
    await expect(pool.ready()).rejects.toThrow(/authorization/i)
  }
})

it('tokens and nkeys', async () => {
  const token = randomUUID()
  const byToken = await configured(`authorization { token: "${token}" }`)
  await useAll(byToken.url, 'byToken', { token }, { token })
  expect(byToken.violations()).toEqual([])

  const user = nkeys.createUser()
  const byKey = await configured(`authorization { users: [{ nkey: ${user.getPublicKey()} }] }`)
  const connection = { authenticator: nkeyAuthenticator(user.getSeed()) }
  await useAll(byKey.url, 'byKey', connection, connection)
  expect(byKey.violations()).toEqual([])
})

it('TLS, with certificates on both sides', async (context) => {
  const made = certificates(folderOfTest())
  if (!made) return context.skip('there is no openssl')
  const { ca, otherCa, server, client } = made
  const tls = `tls { cert_file: "${server.cert}", key_file: "${server.key}", ca_file: "${ca}", verify: true }`
  const { url, violations } = await configured(sampleConf(passwords, tls))
  const files = { NATS_CA: ca, NATS_CERT: client.cert, NATS_KEY: client.key }
  const serving = connectionOf({ NATS_USER: 'serving', NATS_PASSWORD: passwords.serving, ...files })
  const caller = connectionOf({ NATS_USER: 'caller', NATS_PASSWORD: passwords.caller, ...files })
  await useAll(url, 'cities', serving, caller)
  expect(violations()).toEqual([])

  const otherServer = { ...users.caller, ...connectionOf({ ...files, NATS_CA: otherCa }) }
  await using deceived = natsPool({ servers: url, name: 'cities', connection: otherServer })
  await expect(deceived.ready()).rejects.toThrow(/unable to verify the first certificate/)
  // The server says nothing to whoever has no certificate.
  const unknown = { ...users.caller, ...connectionOf({ NATS_CA: ca }), timeout: 1000 }
  await using refused = natsPool({ servers: url, name: 'cities', connection: unknown })
  await expect(refused.ready()).rejects.toThrow(/timeout/)
})
