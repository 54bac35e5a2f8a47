import type { ConnectOptions } from 'rxjs-parallel/nats'

// #region connection
/** What a server like that of nats.conf wants to see, from the environment; nothing where that says nothing. */
export function connectionOf(environment = process.env): NonNullable<ConnectOptions['connection']> {
  const { NATS_USER: user, NATS_PASSWORD: pass } = environment
  const { NATS_CA: caFile, NATS_CERT: certFile, NATS_KEY: keyFile } = environment
  return {
    ...(user !== undefined && { user, pass }),
    ...(caFile !== undefined && { tls: { caFile, certFile, keyFile } }),
  }
}
// #endregion
