import type { CodecKind } from '../../lib/wire/codec.js'

/** One direction between two threads, over a port that clones as ports do. */
export class CodecLine {
  private readonly encoder
  private readonly decoder
  /** What was posted last. */
  payload: unknown

  constructor(kind: CodecKind) {
    this.encoder = kind.encoder()
    this.decoder = kind.decoder()
  }

  /** What arrives. Throws what posting throws. */
  send(values: readonly unknown[], transfer: Transferable[] = []): readonly unknown[] {
    const packed = this.encoder.encode(values)
    const posted = structuredClone(packed.payload, { transfer: [...packed.transfer, ...transfer] })
    packed.sent()
    this.payload = posted
    return this.decoder.decode(posted)
  }
}
