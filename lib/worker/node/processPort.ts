/**
 * The process's ends of the pipes to its pool, as the port that a thread would have.
 * @module
 */
import { readSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { byFrames, decodeFrame, detach, encodeFrame, FrameReader } from '../../wire/frames.js'
import type { FromProcess, Port, ToThread } from '../../wire/messages.js'
import { pipes } from '../../wire/pipes.js'

/** Milliseconds between two looks into the pipe in the midst of a computation. */
const pollInterval = 1
/** Bytes that are read at once. */
const readSize = 65_536

export class ProcessPort implements Port {
  onmessage: ((event: MessageEvent) => void) | null = null
  onmessageerror: ((event: MessageEvent) => void) | null = null
  readonly transport = byFrames
  private readonly buffer = Buffer.allocUnsafe(readSize)
  private readonly reader = new FrameReader()
  /** How to hand over what has come and isn't handled yet. */
  private readonly waiting: (() => void)[] = []
  private readonly cancelled = new Set<number>()
  private readonly socket: Socket
  private polled = 0

  constructor() {
    // What has been read is handed over here and kept nowhere else, so that `poll` goes on where this has ended.
    const callback = (size: number, bytes: Uint8Array) => {
      this.received(bytes.subarray(0, size))
      return true
    }
    this.socket = new Socket({ fd: pipes.toProcess, onread: { buffer: this.buffer, callback } } as never)
    // The main side is gone, in whatever way: there is nobody left to work for.
    for (const end of ['end', 'error', 'close']) this.socket.on(end, () => process.exit())
  }

  /** Whether it keeps this process. */
  hold(held: boolean): void {
    if (held) this.socket.ref()
    else this.socket.unref()
  }

  postMessage(message: unknown, transfer: readonly Transferable[] = []): void {
    const { active } = performance.eventLoopUtilization()
    writeAll(encodeFrame([active, message] satisfies FromProcess, transfer))
    detach(transfer)
  }

  isCancelled(channel: number): boolean {
    const now = performance.now()
    if (now - this.polled >= pollInterval) {
      this.polled = now
      this.poll()
    }
    return this.cancelled.has(channel)
  }

  /** Reads what has come meanwhile. It is handled in its turn, when the computation is over. */
  private poll(): void {
    // There this would wait until something comes.
    if (process.platform === 'win32') return
    for (let size = readNow(this.buffer); size > 0; size = readNow(this.buffer))
      this.received(this.buffer.subarray(0, size))
  }

  private received(bytes: Uint8Array): void {
    // A copy: the memory is used again for what comes next.
    for (const frame of this.reader.push(Buffer.from(bytes))) {
      this.waiting.push(this.decode(frame))
      // Each in a turn of its own, as a port's messages are: what one has promised is done before the next.
      setImmediate(() => this.waiting.shift()?.())
    }
  }

  /** Returns how to hand it over. */
  private decode(frame: Buffer): () => void {
    try {
      const message = decodeFrame(frame)
      if (isCancel(message)) this.cancelled.add(message.channel)
      return () => this.deliver(message)
    } catch (cause) {
      return () => this.onmessageerror?.({ data: cause } as MessageEvent)
    }
  }

  private deliver(message: unknown): void {
    if (isCancel(message)) this.cancelled.delete(message.channel)
    this.onmessage?.({ data: message } as MessageEvent)
  }
}

function isCancel(message: unknown): message is Extract<ToThread, { type: 'cancel' }> {
  return (message as { type?: unknown }).type === 'cancel'
}

/** Returns when all of it has left this process. */
function writeAll(frame: Buffer): void {
  try {
    for (let at = 0; at < frame.length; ) at += writeSync(pipes.fromProcess, frame, at)
  } catch {
    // The main side is gone.
    process.exit()
  }
}

/** How many bytes there are now. Doesn't wait: the socket has made its pipe so. */
function readNow(buffer: Buffer): number {
  try {
    const size = readSync(pipes.toProcess, buffer)
    if (size === 0) process.exit()
    return size
  } catch {
    return 0
  }
}
