import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificates {
  /** Paths. */
  readonly ca: string
  readonly server: Pair
  readonly client: Pair
  /** Signs nothing here. */
  readonly otherCa: string
}

interface Pair {
  readonly cert: string
  readonly key: string
}

/** Made by openssl, in this folder. Undefined where there is no openssl. */
export function certificates(folder: string): Certificates | undefined {
  const at = (name: string) => join(folder, name)
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const authority = (name: string) => {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
    openssl('req', '-x509', ...key, ...files, '-subj', `/CN=${name}`, '-days', '2')
    return at(`${name}.pem`)
  }
  const signed = (name: string): Pair => {
    const files = { key: at(`${name}.key`), request: at(`${name}.csr`), cert: at(`${name}.pem`) }
    openssl('req', ...key, '-keyout', files.key, '-out', files.request, '-subj', `/CN=${name}`)
    writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2']
    openssl('x509', '-req', '-in', files.request, '-out', files.cert, ...by, '-extfile', at('names'))
    return files
  }
  try {
    openssl('version')
  } catch {
    return undefined
  }
  return {
    ca: authority('ca'),
    otherCa: authority('other'),
    server: signed('server'),
    client: signed('client'),
  }
}
