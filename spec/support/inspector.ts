import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'

/** A message of the inspector's protocol: https://chromedevtools.github.io/devtools-protocol/v8/ */
export interface Told {
  readonly method: string
  readonly params: any
}

/** One target of the protocol: a process, or a worker of it. */
export class Target {
  private readonly answers = new Map<number, (result: any) => void>()
  private readonly told: Told[] = []
  private readonly waiting = new Set<() => void>()
  private nextId = 1

  constructor(private readonly post: (message: string) => void) {}

  /** A message of the target has come in. */
  take(text: string): void {
    const message = JSON.parse(text)
    if (message.id === undefined) this.told.push(message)
    else this.answers.get(message.id)?.(message.result ?? Promise.reject(new Error(message.error.message)))
    for (const look of this.waiting) look()
  }

  ask(method: string, params: object = {}): Promise<any> {
    const id = this.nextId++
    return new Promise((resolve) => {
      this.answers.set(id, resolve)
      this.post(JSON.stringify({ id, method, params }))
    })
  }

  /** What it tells under this name, has told or will tell; each is given out once. */
  async next(method: string, fits: (params: any) => boolean = () => true): Promise<any> {
    for (;;) {
      const at = this.told.findIndex((told) => told.method === method && fits(told.params))
      if (at >= 0) return this.told.splice(at, 1)[0]!.params
      await new Promise<void>((resolve) => {
        const look = () => {
          this.waiting.delete(look)
          resolve()
        }
        this.waiting.add(look)
      })
    }
  }
}

/** A process under inspection, which runs once that is asked for. Ended with the test. */
export async function inspected(...args: string[]) {
  const child = spawn(process.execPath, ['--inspect-brk=127.0.0.1:0', ...args], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { text: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.text += text))
  const socket = new WebSocket(await debuggerUrl(child.stderr.setEncoding('utf8')))
  await once(socket, 'open')
  const target = new Target((message) => socket.send(message))
  socket.on('message', (data) => target.take(String(data)))
  return { target, output, closed: once(child, 'close'), leave: () => socket.close() }
}

async function debuggerUrl(complaints: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for (;;) {
    const url = /ws:\S+/.exec(text)?.[0]
    if (url) return url
    text += (await once(complaints, 'data'))[0]
  }
}

/** The first worker with such a URL, which waits to be told to run; all others run. */
export async function workerOf(target: Target, fits: (url: string) => boolean): Promise<Target> {
  await target.ask('NodeWorker.enable', { waitForDebuggerOnStart: true })
  await target.ask('Runtime.runIfWaitingForDebugger')
  return new Promise((resolve) => {
    let isFound = false
    const attach = async () => {
      for (;;) {
        const { sessionId, workerInfo } = await target.next('NodeWorker.attachedToWorker')
        const worker = sessionOf(target, sessionId)
        if (isFound || !fits(workerInfo.url)) void worker.ask('Runtime.runIfWaitingForDebugger')
        else {
          isFound = true
          resolve(worker)
        }
      }
    }
    void attach()
  })
}

function sessionOf(target: Target, sessionId: string): Target {
  const worker = new Target(
    (message) => void target.ask('NodeWorker.sendMessageToWorker', { sessionId, message }),
  )
  const listen = async () => {
    for (;;) {
      const isOurs = (told: { sessionId: string }) => told.sessionId === sessionId
      worker.take((await target.next('NodeWorker.receivedMessageFromWorker', isOurs)).message)
    }
  }
  void listen()
  return worker
}
