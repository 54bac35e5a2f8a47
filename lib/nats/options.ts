/**
 * The options of both sides, and their defaults.
 * @module
 */
import type { NodeConnectionOptions } from '@nats-io/transport-node'
import { badArgument, checkNames, checkObject, checkTime } from '../pool/checks.js'
import { describe } from '../wire/describe.js'

/**
 * How to reach the server, and under which name callers and serving processes meet there.
 *
 * @example
 * ```ts
 * const options: ConnectOptions = {
 *   servers: ['nats://nats-1:4222', 'nats://nats-2:4222'],
 *   name: 'math',
 *   connection: { user: 'census', pass: process.env.NATS_PASSWORD },
 * }
 * ```
 */
export interface ConnectOptions {
  /** The server's address, as in `'nats://localhost:4222'`, or those of several of a cluster. */
  readonly servers: string | readonly string[]
  /**
   * The name under which callers and serving processes meet: letters, digits, `-` and `_`, at most 64. It names the
   * stream (`rxjs-parallel-NAME`) and the subjects (`rxjs-parallel.NAME.>`).
   */
  readonly name: string
  /** What `connect` of `@nats-io/transport-node` takes besides: authentication, TLS, attempts to reconnect. */
  readonly connection?: Omit<NodeConnectionOptions, 'servers' | 'name'>
  /**
   * Milliseconds after which the process at the other end is given up if the NATS server knows of no connection of it:
   * it has died, or its network has. A process that reconnects before goes on as if nothing had been. Default: 5000.
   */
  readonly lostAfter?: number
  /**
   * Milliseconds after which the process at the other end is given up if it is connected but doesn't answer, as while
   * its event loop is blocked. Default: 30,000.
   */
  readonly silentAfter?: number
}

export interface CheckedConnectOptions extends Required<Omit<ConnectOptions, 'connection'>> {
  readonly connection: ConnectOptions['connection']
}

const connectNames = ['servers', 'name', 'connection', 'lostAfter', 'silentAfter'] as const

/** @param names the options that there are besides. */
export function checkConnect(
  caller: string,
  options: ConnectOptions,
  names: readonly string[],
): CheckedConnectOptions {
  checkNames(caller, options, [...connectNames, ...names])
  const { servers, name, connection, lostAfter = 5000, silentAfter = 30_000 } = options
  const all: readonly unknown[] = Array.isArray(servers) ? servers : [servers]
  if (all.length === 0 || !all.every((each) => typeof each === 'string' && each !== ''))
    throw badArgument(
      caller,
      `servers must be an address such as 'nats://localhost:4222', or a list of them, got ${describe(servers)}`,
    )
  if (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name))
    throw badArgument(
      caller,
      `name must be 1 to 64 letters, digits, - and _, got ${typeof name === 'string' ? `'${name}'` : describe(name)}`,
    )
  if (connection !== undefined) checkObject(caller, 'connection', connection)
  return {
    servers,
    name,
    connection,
    lostAfter: checkTime(caller, 'lostAfter', lostAfter),
    silentAfter: checkTime(caller, 'silentAfter', silentAfter),
  }
}
