/**
 * The program of a pool's process: loads the worker module, and joins the pool when that calls `expose`.
 * @module
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { encodeError } from '../../wire/errorCodec.js'
import type { FromThread, JoinedMessage, JoinMessage } from '../../wire/messages.js'
import { leaveBy } from '../../wire/uncloneable.js'
import { setPoolProcess } from '../poolProcess.js'
import { ProcessPort } from './processPort.js'

// A terminal and a service manager send these to all processes. They are the main side's to handle: if it ends, this
// process does, and otherwise its work may still be wanted.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

const port = new ProcessPort()
leaveBy(port.transport)

/** What goes wrong while the module is loaded; later on the module's own copy of this library reports it. */
function fail(thrown: unknown): void {
  port.postMessage({ type: 'goodbye', error: encodeError(thrown) } satisfies FromThread)
  process.exit(1)
}
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

port.onmessage = ({ data }) => {
  const { module, tsx, host, concurrency, shared, membership, codec } = data as JoinMessage
  // As in a thread: the module's own name, then its arguments.
  if (module.startsWith('file:')) process.argv[1] = fileURLToPath(module)
  setPoolProcess({
    join: (connect) => {
      port.hold(true)
      const threadId = `${host}/${process.pid}/0`
      connect({ port, threadId, concurrency, cells: undefined, shared, membership, codec }).then(
        (manifest) => {
          process.off('uncaughtException', fail)
          process.off('unhandledRejection', fail)
          port.postMessage({ type: 'joined', manifest } satisfies JoinedMessage)
        },
        fail,
      )
    },
  })
  startWatch()
  // A module that ends without a call of expose() is to end this process.
  port.hold(false)
  load(module, tsx).catch(fail)
}

/** Not before now: the pool doesn't wait for it. */
function startWatch(): void {
  // Not an ES module, which would take longer. It inherits nothing: what users preload is for this thread.
  const watch = new Worker(new URL('./processWatch.cjs', import.meta.url), { env: {}, execArgv: [] })
  watch.on('error', () => {})
  watch.unref()
}

async function load(module: string, tsx: string | undefined): Promise<unknown> {
  if (tsx === undefined) return import(module)
  const { tsImport } = (await import(tsx)) as { tsImport(file: string, parent: string): Promise<unknown> }
  return tsImport(module, import.meta.url)
}
