import { findProgram } from '../../support/findProgram.js'

/**
 * What the tests over NATS use: a running server, by `NATS_URL`, or the program, to be started by them.
 * @throws Error where REQUIRE_NATS=1 and there is neither.
 */
export function findNats(environment = process.env): { url: string } | { program: string } | undefined {
  const { NATS_URL: url, REQUIRE_NATS: required } = environment
  if (url) return { url }
  // Debian installs it where only the superuser's PATH leads.
  const program = findProgram(['nats-server'], environment, ['/usr/sbin', '/usr/local/sbin'])
  if (program) return { program }
  if (required === '1')
    throw new Error(
      'REQUIRE_NATS=1, but no nats-server was found in PATH; install nats-server or set NATS_URL=nats://host:4222',
    )
  return undefined
}
