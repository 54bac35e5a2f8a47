import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web server on this machine alone: one page, and at /broken a connection that breaks. */
export async function serveOnePage(text: string) {
  const server = createServer((request, response) => {
    if (request.url === '/broken') request.socket.destroy()
    else response.setHeader('connection', 'close').end(text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, stop: () => server.close() }
}
