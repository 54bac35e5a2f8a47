/**
 * Every message between a caller and those who serve it, and the form in which it travels: two letters, a version, and
 * what structured clone writes. What comes is checked before anybody looks at it: it may be anybody's.
 * @module
 */
import type { ThreadStats } from '../pool/seam.js'
import type { EncodedError } from '../wire/errorCodec.js'
import { decodeFrame, encodeFrame } from '../wire/frames.js'
import type { Manifest } from '../wire/messages.js'

/** Raised with each change that an older version would misread. */
const version = 1
const mark = ((0x52 << 24) | (0x50 << 16) | (version << 8)) >>> 0
const headerSize = 4

/** Values, as structured clone takes them; with a codec, what that made of them. */
export interface Carried {
  readonly values: unknown
  /** The codec's name. */
  readonly codec?: string | undefined
}

/** Items to run: the one message that goes through the stream. */
export interface Batch extends Carried {
  readonly type: 'batch'
  readonly caller: string
  /** Unique for the caller: one that is sent again because a process was lost has a new one. */
  readonly id: number
  /** What the caller knows the operator by. */
  readonly channel: number
  /** The number of the first item in its stream: for the words of errors. */
  readonly start: number
  readonly steps: readonly { readonly name: string; readonly spread: boolean }[]
  /** Milliseconds an item. */
  readonly timeout?: number | undefined
  /** The place in the serving pool where it has to run. */
  readonly pin?: number | undefined
  /** Nothing else may run in its thread. */
  readonly alone: boolean
  /** Processes were lost over it: item by item, with nothing else in the process, and each is told of before it runs. */
  readonly careful: boolean
}

export type ToServing =
  /** The caller is there: it is to be told what happens. Comes before all else. */
  | { readonly type: 'join' }
  | Batch
  /** Nothing more of the channel is wanted. */
  | { readonly type: 'cancel'; readonly channel: number }
  /** The batch is somebody else's, or nobody's any more. */
  | { readonly type: 'drop'; readonly id: number }
  | { readonly type: 'credit'; readonly id: number; readonly item: number; readonly count: number }
  | {
      readonly type: 'stage'
      readonly channel: number
      readonly name: string
      readonly credit: number
      readonly place: number
    }
  | ({ readonly type: 'input'; readonly channel: number } & Carried)
  | { readonly type: 'inputEnd'; readonly channel: number }
  | { readonly type: 'stageCredit'; readonly channel: number; readonly count: number }

/** Why a serving pool lost a thread: see `Loss`. */
export interface LossRecord {
  readonly threadId: string
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly cause?: EncodedError | undefined
  readonly running: readonly number[]
  readonly certain: boolean
  readonly ended?: 'timeout' | 'straggler' | 'unreadableItem' | 'unreadableResult' | undefined
}

/** As `ResultsMessage`, of a batch known by its id. */
export interface Results extends Carried {
  readonly type: 'results'
  readonly id: number
  readonly first: number
  readonly layout?: number[] | undefined
  readonly errors?: readonly EncodedError[] | undefined
  readonly busy: number
}

export type ToCaller =
  /** Comes before all else. */
  | Hello
  /** The batch is in hand. */
  | { readonly type: 'taken'; readonly id: number }
  /** Of a careful batch: this item is about to run. */
  | { readonly type: 'at'; readonly id: number; readonly item: number }
  | Results
  /** The thread that had these items is gone. */
  | {
      readonly type: 'lost'
      readonly id: number
      readonly first: number
      readonly count: number
      readonly loss: LossRecord
    }
  /** The process won't run it: it is closing. */
  | { readonly type: 'returned'; readonly id: number }
  /** The serving pool can't go on with what it has of the channel. */
  | { readonly type: 'aborted'; readonly channel: number; readonly error: EncodedError }
  | { readonly type: 'started'; readonly channel: number; readonly threadId: string }
  | {
      readonly type: 'consumed'
      readonly channel: number
      readonly count: number
      readonly busy: number
    }
  | ({ readonly type: 'output'; readonly channel: number } & Carried)
  | { readonly type: 'outputEnd'; readonly channel: number; readonly error?: EncodedError | undefined }
  | { readonly type: 'stageLost'; readonly channel: number; readonly loss: LossRecord }
  /** What has happened to a thread of the serving pool. */
  | {
      readonly type: 'event'
      readonly event: 'started' | 'crashed' | 'replaced' | 'stopped'
      readonly threadId: string
      readonly error?: EncodedError | undefined
    }

/** What a serving process says of itself. */
export interface Hello {
  readonly type: 'hello'
  readonly id: string
  /** Its name for people: host, process, thread. */
  readonly threadId: string
  /** How many threads it may have. */
  readonly size: number
  /** Those that there are. */
  readonly threads: readonly ThreadStats[]
  /** How many batches it takes at once. */
  readonly credit: number
  readonly manifest: Manifest
  /** It finishes what it has, and takes nothing new. */
  readonly leaving: boolean
}

export type Notice =
  | Hello
  /** It is gone, by its own wish. */
  | { readonly type: 'bye'; readonly id: string }
  | { readonly type: 'who' }

/** By which two processes talk reliably: see peer.ts. */
export type Packet =
  | {
      readonly type: 'data'
      readonly from: string
      readonly stream: string
      readonly seq: number
      readonly body: unknown
    }
  /** Asks for an `ack`. */
  | { readonly type: 'probe'; readonly from: string; readonly stream: string; readonly seq: number }
  /** All of the other's stream has come up to `seq`; `gap`: what came after can't be used. */
  | {
      readonly type: 'ack'
      readonly from: string
      readonly stream: string
      readonly seq: number
      readonly gap: boolean
    }
  /** Nothing is known here of the other's stream, or no more. */
  | { readonly type: 'gone'; readonly from: string; readonly stream: string }
  /** Whoever sends this is leaving. */
  | { readonly type: 'leave'; readonly from: string }

/** A message that isn't one of ours. */
export class Malformed extends Error {}

/** Throws what structured clone throws. */
export function encode(message: Packet | Notice | Batch): Buffer {
  const frame = encodeFrame(message)
  frame.writeUInt32BE(mark)
  return frame
}

/** Throws {@link Malformed}. */
export function decodePacket(data: Uint8Array): Packet {
  return checked(read(data), packets) as Packet
}

/** Throws {@link Malformed}. */
export function decodeNotice(data: Uint8Array): Notice {
  return checked(read(data), notices) as Notice
}

/** Throws {@link Malformed}. */
export function decodeBatch(data: Uint8Array): Batch {
  return checked(read(data), { batch }) as Batch
}

/** What a packet of data carries. Throws {@link Malformed}. */
export function asToServing(body: unknown): ToServing {
  return checked(body, toServing) as ToServing
}

/** Throws {@link Malformed}. */
export function asToCaller(body: unknown): ToCaller {
  return checked(body, toCaller) as ToCaller
}

function read(data: Uint8Array): unknown {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (bytes.length <= headerSize) throw new Malformed(`a message of ${bytes.length} bytes`)
  const found = bytes.readUInt32BE()
  if (found >>> 16 !== mark >>> 16) throw new Malformed('not a message of rxjs-parallel')
  if (found !== mark)
    throw new Malformed(`a message of version ${(found >> 8) & 0xff}; this is version ${version}`)
  try {
    return decodeFrame(bytes.subarray(headerSize))
  } catch (cause) {
    throw new Malformed("a message that can't be read", { cause })
  }
}

type Check = (value: unknown) => boolean
type Shape = Readonly<Record<string, Check>>

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const amount: Check = (value) => typeof value === 'number' && value >= 0
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const anything: Check = () => true
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const shaped =
  (shape: Shape): Check =>
  (value) =>
    isObject(value) && hasShape(value, shape)
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value)

const carried: Shape = { values: anything, codec: maybe(text) }
const record: Check = (value) => shaped({ type: text, name: text, message: text, own: pairs })(value)
const pairs = listOf((value) => Array.isArray(value) && value.length === 2 && text(value[0]))
const error: Check = (value) => isObject(value) && ('thrown' in value || record(value.error))
const triples: Check = (value) => listOf(count)(value) && (value as unknown[]).length % 3 === 0

const batch: Shape = {
  caller: (value) => typeof value === 'string' && /^[\w-]{1,100}$/.test(value),
  id: count,
  channel: count,
  start: count,
  steps: (value) => listOf(shaped({ name: text, spread: flag }))(value) && (value as []).length > 0,
  timeout: maybe(amount),
  pin: maybe(count),
  alone: flag,
  careful: flag,
  ...carried,
}

const toServing: Readonly<Record<string, Shape>> = {
  join: {},
  batch,
  cancel: { channel: count },
  drop: { id: count },
  credit: { id: count, item: count, count },
  stage: { channel: count, name: text, credit: count, place: count },
  input: { channel: count, ...carried },
  inputEnd: { channel: count },
  stageCredit: { channel: count, count },
}

const loss = shaped({
  threadId: text,
  exitCode: maybe((value) => typeof value === 'number'),
  signal: maybe(text),
  cause: maybe(error),
  running: listOf(count),
  certain: flag,
  ended: oneOf(undefined, 'timeout', 'straggler', 'unreadableItem', 'unreadableResult'),
})

const kind = oneOf('task', 'generator', 'stage')
const hello: Shape = {
  id: text,
  threadId: text,
  size: count,
  threads: listOf(shaped({ threadId: text, utilization: amount, inFlight: amount, done: amount })),
  credit: count,
  manifest: (value) => isObject(value) && Object.values(value).every(kind),
  leaving: flag,
}

const toCaller: Readonly<Record<string, Shape>> = {
  hello,
  taken: { id: count },
  at: { id: count, item: count },
  results: {
    id: count,
    first: count,
    layout: maybe(triples),
    errors: maybe(listOf(error)),
    busy: amount,
    ...carried,
  },
  lost: { id: count, first: count, count, loss },
  returned: { id: count },
  aborted: { channel: count, error },
  started: { channel: count, threadId: text },
  consumed: { channel: count, count, busy: amount },
  output: { channel: count, ...carried },
  outputEnd: { channel: count, error: maybe(error) },
  stageLost: { channel: count, loss },
  event: { event: oneOf('started', 'crashed', 'replaced', 'stopped'), threadId: text, error: maybe(error) },
}

const notices: Readonly<Record<string, Shape>> = {
  hello,
  bye: { id: text },
  who: {},
}

const sent: Shape = { from: text, stream: text, seq: count }
const packets: Readonly<Record<string, Shape>> = {
  data: { ...sent, body: isObject },
  probe: sent,
  ack: { ...sent, gap: flag },
  gone: { from: text, stream: text },
  leave: { from: text },
}

function checked(message: unknown, shapes: Readonly<Record<string, Shape>>): unknown {
  const type = isObject(message) ? message.type : undefined
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type))
    throw new Malformed('a message of an unknown kind')
  for (const [name, check] of Object.entries(shapes[type]!))
    if (!check((message as Record<string, unknown>)[name]))
      throw new Malformed(`a message '${type}' with a bad '${name}'`)
  return message
}

function hasShape(value: Record<string, unknown>, shape: Shape): boolean {
  return Object.entries(shape).every(([name, check]) => check(value[name]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
