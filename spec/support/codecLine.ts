import { opener } from '../../lib/msgpack/envelope.js'
import { msgpack } from '../../lib/msgpack/index.js'
import type { CodecKind } from '../../lib/wire/codec.js'
import { isAsItIs } from '../../lib/wire/codec.js'
import type { RecordBatch } from '../../lib/wire/records/batch.js'
import type { Open } from '../../lib/wire/records/decoder.js'
import { open, plainRecords } from '../../lib/wire/records/plainRecords.js'

type Kind = Pick<CodecKind, 'encoder' | 'decoder'>

/** The forms in which records travel: as they do where nobody chose a codec, and by that of msgpackr. */
export const recordCodecs: readonly [string, Kind, () => Open][] = [
  ['plain', plainRecords, () => open],
  ['msgpack', msgpack(), opener],
]

/** One direction between two threads, over a port that clones as ports do. */
export class CodecLine {
  private readonly encoder
  private readonly decoder
  /** What was posted last. */
  payload: unknown

  constructor(
    kind: Kind,
    private readonly opener: () => Open,
  ) {
    this.encoder = kind.encoder()
    this.decoder = kind.decoder()
  }

  /** What arrives. Throws what posting throws. */
  send(values: readonly unknown[], transfer: Transferable[] = []): readonly unknown[] {
    const packed = this.encoder.encode(values)
    this.payload = structuredClone(packed?.payload ?? values, {
      transfer: [...(packed?.transfer ?? []), ...transfer],
    })
    packed?.sent()
    return isAsItIs(this.payload) ? [...this.payload] : this.decoder.decode(this.payload)
  }

  /** What was posted last, if it wasn't the values as they are. */
  get batch(): RecordBatch | undefined {
    return isAsItIs(this.payload) ? undefined : this.opener()(this.payload as never)
  }
}
