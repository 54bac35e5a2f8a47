/**
 * A process of a pool: a Node of its own and some pipes. Not fork()'s channel, though what travels is the same:
 * - A process writes to a pipe at once, so that all that it has sent arrives, however it ends: only so can it be told
 *   which item it ended with. What it gives to a channel may still be on its way when a signal ends it.
 * - It can look into a pipe while it computes, and see that its work was cancelled.
 * - Values that can't be cloned are refused as they are for threads, where the channel sends `{}` for a Blob.
 * @module
 */
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import type { Readable, Writable } from 'node:stream'
// Not the global ones, which differ under jsdom, and which tests replace to stop the time.
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { decodeFrame, FrameReader } from '../../wire/frames.js'
import { gracePeriod } from '../../wire/gracePeriod.js'
import type { FromProcess } from '../../wire/messages.js'
import { pipes } from '../../wire/pipes.js'
import type { Death } from '../link.js'
import { Workload } from '../workload.js'
import { turn } from './turn.js'

/** What a process runs, and how. */
export interface ProcessOptions extends Omit<SpawnOptions, 'stdio'> {
  readonly execPath: string
  /** Node's options, the file, and its arguments. */
  readonly args: readonly string[]
  /** Whether it may write where this process does. */
  readonly stdout: boolean
  readonly stderr: boolean
}

/** The processes that there are: none outlives this one. */
const children = new Set<ChildProcess>()

export class ProcessHost {
  readonly threadId: string
  private readonly child: ChildProcess
  private readonly input: Writable | undefined
  private readonly output: Readable | undefined
  private readonly death: Promise<Death>
  private readonly reader = new FrameReader()
  private readonly workload = new Workload(() => performance.now(), false)
  /** Whether its end is waited for, whatever else is heard from it meanwhile. */
  private ending = false

  constructor({ execPath, args, stdout, stderr, ...options }: ProcessOptions) {
    this.child = spawn(execPath, args, {
      ...options,
      stdio: [
        'ignore',
        stdout ? 'inherit' : 'ignore',
        stderr ? 'inherit' : 'ignore',
        ...Object.values(pipes).map(() => 'pipe' as const),
      ],
    })
    this.threadId = `${hostname()}/${this.child.pid}/0`
    // There are none where the system has run out of them.
    const stdio: readonly unknown[] = this.child.stdio ?? []
    this.input = stdio[pipes.toProcess] as Writable | undefined
    this.output = stdio[pipes.fromProcess] as Readable | undefined
    for (const pipe of stdio.slice(pipes.toProcess) as Writable[]) {
      // That the process is gone is told by its end.
      pipe.on('error', () => {})
      pipe.on('close', () => this.endSoon())
      setRef(pipe, false)
    }
    this.death = this.whenEnded()
    track(this.child, this.death)
  }

  /**
   * Hands over what comes, and why something could not be read; and, once, how the process ended: after all that it had
   * sent.
   */
  listen(
    message: (message: unknown) => void,
    unreadable: (cause: unknown) => void,
    died: (death: Death) => void,
  ): void {
    this.output?.on('data', (bytes: Buffer) => {
      for (const frame of this.reader.push(bytes)) turn.take(() => this.take(frame, message, unreadable))
    })
    void this.death.then((death) => {
      turn.finish()
      died(death)
    })
  }

  /** Calls `written` when all of it is in the pipe; never, if the process was gone before. */
  post(frame: Buffer, written?: () => void): void {
    this.input?.write(frame, (error) => error ?? written?.())
  }

  keepAlive(busy: boolean): void {
    this.workload.setBusy(busy)
    if (!this.ending) setRef(this.child, busy)
  }

  utilization(): number {
    return this.workload.share
  }

  async terminate(): Promise<void> {
    this.ending = true
    // The program may have nothing else to wait for.
    setRef(this.child, true)
    this.child.kill('SIGKILL')
    await this.death
  }

  /** One that can't be heard any more, or can't hear, would be waited for in vain. Most are about to end by themselves. */
  private endSoon(): void {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), gracePeriod)
    timer.unref()
    void this.death.then(() => clearTimeout(timer))
  }

  private take(
    frame: Buffer,
    message: (message: unknown) => void,
    unreadable: (cause: unknown) => void,
  ): void {
    let received: FromProcess
    try {
      received = decodeFrame(frame) as FromProcess
    } catch (cause) {
      // V8 writes a WebAssembly.Module without a complaint, and can't read it.
      return unreadable(cause)
    }
    this.workload.worked = received[0]
    this.workload.heard()
    message(received[1])
  }

  private whenEnded(): Promise<Death> {
    return new Promise((resolve) => {
      this.child.on('error', (cause) => {
        // Others are about signals that could not be sent.
        if (this.child.pid === undefined) resolve({ exitCode: undefined, cause })
      })
      this.child.on('exit', (exitCode, signal) => {
        const end = { exitCode: exitCode ?? undefined, signal: signal ?? undefined, cause: undefined }
        void this.whenRead().then(() => resolve(end))
      })
    })
  }

  /** The process is gone, but what it wrote may still be in the pipe, whose end may be held by others it has left. */
  private whenRead(): Promise<void> {
    return new Promise((resolve) => {
      const { output } = this
      if (!output || output.closed) return resolve()
      let quiet = 0
      output.once('close', resolve)
      output.on('data', () => {
        quiet = 0
      })
      const turns = () => (++quiet > 2 ? resolve() : void setImmediate(turns))
      setImmediate(turns)
    })
  }
}

/** Whether this process has to stay for it. */
function setRef(held: unknown, ref: boolean): void {
  const handle = held as { ref?(): void; unref?(): void } | undefined
  if (ref) handle?.ref?.()
  else handle?.unref?.()
}

function track(child: ChildProcess, death: Promise<unknown>): void {
  if (children.size === 0) process.on('exit', killAll)
  children.add(child)
  void death.then(() => {
    children.delete(child)
    if (children.size === 0) process.off('exit', killAll)
  })
}

/** One that waits for something would notice by itself; one in the middle of a computation doesn't. */
function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
}
