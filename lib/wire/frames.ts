/**
 * Messages between processes: what structured clone writes, with its length in front. Only for Node.
 * @module
 */
import { Deserializer, Serializer } from 'node:v8'
import { hostObjectIn } from './hostObjects.js'
import type { Transport } from './uncloneable.js'

/** Bytes of a frame's length, in front of it. */
const headerSize = 4
const emptyHeader = Buffer.alloc(headerSize)

/**
 * V8's serializer is what structured clone is made of, and takes the same values. What belongs to Node (a Blob, a
 * KeyObject) is refused, as is shared memory: child_process's own serializer would turn the former into `{}`.
 */
class FrameSerializer extends Serializer {
  _writeHostObject(value: object): never {
    throw this._getDataCloneError(`${Object.prototype.toString.call(value)} could not be cloned.`)
  }

  _getSharedArrayBufferId(): number {
    throw this._getDataCloneError('#<SharedArrayBuffer> could not be cloned.')
  }

  /** Called by V8 too, for functions and the like. */
  _getDataCloneError(message: string): DOMException {
    return new DOMException(message, 'DataCloneError')
  }
}

/** Throws what structured clone throws, for a list of what to move as well; then nothing has been written anywhere. */
export function encodeFrame(message: unknown, transfer: readonly Transferable[] = []): Buffer {
  const serializer = new FrameSerializer()
  if (!transfer.every(isBuffer))
    throw serializer._getDataCloneError('Only ArrayBuffers can be transferred to a process.')
  serializer.writeRawBytes(emptyHeader)
  serializer.writeHeader()
  serializer.writeValue(message)
  const frame = serializer.releaseBuffer()
  const hidden = hostObjectIn(message, frame)
  if (hidden) serializer._writeHostObject(hidden)
  frame.writeUInt32LE(frame.length - headerSize)
  return frame
}

/** The message of a frame that {@link FrameReader} has cut out. */
export function decodeFrame(frame: Buffer): unknown {
  const deserializer = new Deserializer(frame)
  deserializer.readHeader()
  return deserializer.readValue()
}

/** Cuts what comes through a pipe into frames. */
export class FrameReader {
  private chunks: Buffer[] = []
  private size = 0
  /** Bytes until there is something to look at: a length, and then the frame after it. */
  private wanted = headerSize

  /** The frames that are complete with these bytes. */
  push(bytes: Buffer): Buffer[] {
    const frames: Buffer[] = []
    this.chunks.push(bytes)
    this.size += bytes.length
    while (this.size >= this.wanted) {
      const whole = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks)
      const end = headerSize + whole.readUInt32LE(0)
      const isComplete = whole.length >= end
      if (isComplete) frames.push(whole.subarray(headerSize, end))
      this.keep(isComplete ? whole.subarray(end) : whole)
      this.wanted = isComplete ? headerSize : end
    }
    return frames
  }

  private keep(rest: Buffer): void {
    this.chunks = rest.length > 0 ? [rest] : []
    this.size = rest.length
  }
}

/** Takes the memory of buffers away from this side, as moving them between threads does. */
export function detach(transfer: readonly Transferable[] | undefined): void {
  if (transfer?.length) structuredClone(undefined, { transfer: [...transfer] })
}

function isBuffer(part: unknown): part is ArrayBuffer {
  return part instanceof ArrayBuffer
}

/** Between processes. */
export const byFrames: Transport = { to: 'a process', moves: false, clone: (value) => encodeFrame(value) }
