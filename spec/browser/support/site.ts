import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, sep } from 'node:path'

export interface SiteOptions {
  /** Pages are cross-origin isolated, and so have SharedArrayBuffer. Default: false. */
  readonly isolated?: boolean
  /** The Content-Security-Policy of all that is served. Default: none. */
  readonly policy?: string
}

export interface Site {
  /** Ends with a slash. */
  readonly url: string
  close(): Promise<void>
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
}

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Serves a folder's files on a free port of this machine alone. */
export async function serveSite(folder: string, { isolated, policy }: SiteOptions = {}): Promise<Site> {
  const headers: OutgoingHttpHeaders = {
    ...(isolated && isolation),
    ...(policy && { 'Content-Security-Policy': policy }),
  }
  const server = createServer((request, response) => void answer(folder, headers, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Browsers keep connections open, for which it would wait.
        server.closeAllConnections()
      }),
  }
}

async function answer(
  folder: string,
  headers: OutgoingHttpHeaders,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const path = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname)
  const file = join(folder, path)
  // Browsers ask for it by themselves, and tell the console that there is none.
  if (path === '/favicon.ico') return void response.writeHead(204).end()
  const body = file.startsWith(folder + sep) ? await readFile(file).catch(() => undefined) : undefined
  if (!body) return void response.writeHead(404, headers).end(`no ${path} here`)
  const type = types[extname(path)] ?? 'application/octet-stream'
  response.writeHead(200, { ...headers, 'Content-Type': type }).end(body)
}
