/**
 * The caller's book of batches: where each is, what has become of its items, and what is to be done with those of a
 * process that is lost. The stream only hands batches out; that none is lost or doubled is seen to here.
 * @module
 */
import { valuesOf } from '../../flow/chunkQueue.js'
import { markEnded, startOf, unendedItems } from '../../flow/dispatch.js'
import type { Dispatch, Loss, Work } from '../../flow/work.js'
import { cloneFailures, transferList } from '../../pool/cloneFailures.js'
import { countEnded, runsOf } from '../../pool/outcomeCounts.js'
import type { Statistics } from '../../pool/statistics.js'
import type { CodecKind } from '../../wire/codec.js'
import { decodeError } from '../../wire/errorCodec.js'
import { detach } from '../../wire/frames.js'
import { itemState } from '../../wire/messages.js'
import { byNats, carry, unpack } from '../carriage.js'
import type { Connection } from '../connection.js'
import { lossOf } from '../lossRecord.js'
import type { Subjects } from '../subjects.js'
import { fitting, TooLarge, tooLarge } from '../tooLarge.js'
import type { Batch, LossRecord, Results } from '../wire.js'
import { encode, Malformed } from '../wire.js'
import { ensureStream, isStored, lastDelivered, withdraw } from '../workStream.js'
import type { Owner, Part } from './part.js'
import { subDispatch, unendedParts } from './part.js'
import { Parts } from './parts.js'

export interface LedgerOptions {
  readonly me: string
  readonly connection: Connection
  readonly subjects: Subjects
  readonly codec: CodecKind | undefined
  readonly statistics: Statistics
  /** Whether anything more is wanted of it. */
  readonly isWanted: (work: Work) => boolean
  /** There is room, or something to do. */
  readonly changed: () => void
}

/** Items of so many lost processes run one by one, so that it shows which of them it is. */
const deathsUntilCareful = 2
/** One that can't even be told of before its process is lost has failed after so many. */
const deathsAllowed = 4
/** Milliseconds between attempts to publish. */
const storeAgain = 250
/** Milliseconds in which word comes of a batch that a process has taken. */
const takenWithin = 1000
/** A server that refuses a batch does so as often before its items fail. */
const refusalsAllowed = 5

export class Ledger {
  private readonly parts = new Parts()
  private next = 1
  private stopped = false

  constructor(private readonly options: LedgerOptions) {}

  /** Batches that aren't just waiting for room downstream. */
  get active(): number {
    return this.parts.active
  }

  /** Batches of one operator that aren't just waiting for room downstream. */
  activeOf(work: Work): number {
    return this.parts.activeOf(work)
  }

  /** Items in the stream that no process has taken. */
  get queued(): number {
    let sum = 0
    for (const { owner, left } of this.parts) if (!owner) sum += left
    return sum
  }

  get isEmpty(): boolean {
    return this.parts.isEmpty
  }

  /** Sends items: to one process, or to whichever takes them. */
  send(work: Work, channel: number, dispatch: Dispatch, pinned: Owner | undefined, deaths = 0): void {
    const { connection, codec, me } = this.options
    const { slice } = dispatch
    const start = startOf(dispatch)
    const values = valuesOf(slice)
    const place = (item: number) => work.place(start + item)
    const { transfer, failures } = transferList(values, work.transfer, place)
    if (failures) return this.refuse(work, dispatch, failures)
    const careful = deaths >= deathsUntilCareful
    const id = this.next++
    let bytes: Uint8Array | undefined
    try {
      const batch: Batch = {
        type: 'batch',
        caller: me,
        id,
        channel,
        start,
        steps: work.steps.map(({ task, spread }) => ({ name: (task as { name: string }).name, spread })),
        timeout: work.timeout,
        pin: work.pin,
        alone: slice.alone ?? false,
        careful,
        ...carry(values, codec),
      }
      if (pinned) pinned.peer.send(batch)
      else bytes = fitting(encode(batch), connection.maxPayload)
    } catch (cause) {
      if (!(cause instanceof TooLarge))
        return this.refuse(work, dispatch, cloneFailures(values, place, cause, transfer, byNats))
      if (slice.count > 1) return this.sendHalves(work, channel, dispatch, pinned, deaths)
      return this.refuse(work, dispatch, new Map([[0, tooLarge(place(0), cause)]]))
    }
    detach(transfer)
    const part: Part = {
      id,
      work,
      channel,
      dispatch,
      deaths,
      careful,
      pinned,
      owner: pinned,
      seq: undefined,
      left: slice.count - (dispatch.ended?.size ?? 0),
      busy: 0,
      at: undefined,
      misses: 0,
      over: false,
      paused: false,
    }
    this.parts.add(part)
    if (pinned) this.own(part, pinned)
    else void this.store(part, bytes!)
  }

  /** A process has taken a batch. */
  taken(server: Owner, id: number): void {
    const part = this.parts.get(id)
    if (!part || (part.owner && part.owner !== server)) return server.peer.send({ type: 'drop', id })
    this.own(part, server)
  }

  at(server: Owner, id: number, item: number): void {
    const part = server.parts.get(id)
    if (part) part.at = item
  }

  results(server: Owner, message: Results): void {
    const part = server.parts.get(message.id)
    if (!part) return
    const { work, dispatch } = part
    const values = unpack(message)
    const { layout, first } = message
    check(part, first, values.length, message)
    const results = {
      ...message,
      batch: 0,
      values,
      layout: layout && [...layout],
      errors: message.errors && [...message.errors],
    }
    const { ended, failed } = countEnded({
      ...results,
      type: 'results',
      errors: results.errors,
      layout: results.layout,
    })
    if (ended > part.left) throw new Malformed('more results than there are items')
    part.busy += message.busy
    part.at = undefined
    if (ended > 0) {
      work.batchSize.measured(ended, part.busy)
      const runs = runsOf(
        { ...results, layout: results.layout, errors: results.errors },
        ended,
        work.steps.length,
      )
      this.options.statistics.record(runs, failed, part.busy)
      part.busy = 0
      part.left -= ended
      // Before its outcomes are told, which may be the end of the work: what has ended needs no cancelling.
      if (part.left === 0) this.finish(part)
    }
    const { steps } = work
    work.results(dispatch, {
      first,
      values,
      layout: results.layout,
      errors: (message.errors ?? []).map((error) =>
        decodeError(error, steps[error.step ?? steps.length - 1]?.caller),
      ),
    })
    this.lookAt(part)
    this.options.changed()
  }

  /** A thread of the serving pool was lost with these items. */
  threadLost(server: Owner, id: number, first: number, count: number, record: LossRecord): void {
    const part = server.parts.get(id)
    if (!part) return
    if (first + count > part.dispatch.slice.count) throw new Malformed('a loss of items that there are not')
    const sub = subDispatch(part.dispatch, first, count)
    const items = unendedItems(sub)
    for (const item of items) markEnded(part.dispatch, first + item, 1)
    part.left -= items.length
    if (part.left === 0) this.finish(part)
    else this.lookAt(part)
    const loss = { ...lossOf(record), running: record.running }
    this.fail(part.work, sub, loss)
    this.options.changed()
  }

  /** The process won't run it. */
  returned(server: Owner, id: number): void {
    const part = server.parts.get(id)
    if (part) this.again(part, part.deaths)
  }

  /** A process is gone; `why` where it may be because of what it ran. */
  serverGone(server: Owner, why: string | undefined): void {
    const parts = [...server.parts.values()]
    // Nothing else is begun beside a careful one: the others are not to blame.
    const careful = parts.find(({ at }) => at !== undefined)
    // Where order is kept, what follows in it hadn't begun.
    const begun = new Set<Work>()
    for (const part of parts) {
      const follows = part.pinned !== undefined && begun.has(part.work)
      begun.add(part.work)
      if (why === undefined || follows || (careful && part !== careful)) this.again(part, part.deaths)
      else this.died(part, server, why)
    }
    if (why !== undefined) void this.resendUntaken(why)
  }

  /**
   * A process that is lost may have been given batches that it never told of. The stream would give them out again after
   * the consumer's ack wait; but it tells up to where it has given them out.
   */
  private async resendUntaken(why: string): Promise<void> {
    const { connection, subjects } = this.options
    const isUntaken = ({ owner, seq, over }: Part) => !owner && !over && seq !== undefined
    const parts = [...this.parts].filter(isUntaken)
    if (parts.length === 0) return
    const delivered = await lastDelivered(connection, subjects).catch(() => 0)
    await new Promise((resolve) => setTimeout(resolve, takenWithin))
    for (const part of parts) if (isUntaken(part) && part.seq! <= delivered) this.died(part, undefined, why)
  }

  /** The server won't give it out any more. */
  exhausted(seq: number): void {
    for (const part of this.parts)
      if (part.seq === seq && !part.owner)
        this.died(part, undefined, 'no process that was given it has answered for it')
  }

  /** Nothing more of this work is wanted. */
  cancel(work: Work, channel: number): void {
    for (const part of this.parts.of(work)) this.finish(part, true)
    this.forEachServerOf(channel)
  }

  /** Says so to each process that was given something of it. Set by the engine, which knows them. */
  forEachServerOf: (channel: number) => void = () => {}

  /** Looks whether the batches that nobody has are still in the stream: whoever purges it must not leave us waiting. */
  async audit(): Promise<void> {
    const { connection, subjects } = this.options
    for (const part of [...this.parts]) {
      if (part.owner || part.seq === undefined || part.over) continue
      const stored = await isStored(connection, subjects, part.seq).catch(() => true)
      if (part.owner || part.over) continue
      // It may just have been taken, or ended, and word of it be under way.
      part.misses = stored ? 0 : part.misses + 1
      if (part.misses > 1) this.again(part, part.deaths)
    }
  }

  stop(): void {
    this.stopped = true
    for (const part of [...this.parts]) this.finish(part, true)
  }

  private own(part: Part, server: Owner): void {
    part.owner = server
    server.parts.set(part.id, part)
    server.channels.add(part.channel)
    part.dispatch.grant = (item, count) => {
      if (part.over) return
      server.peer.send({ type: 'credit', id: part.id, item, count })
      // It may have that room only after this.
      queueMicrotask(() => this.lookAt(part))
    }
  }

  /** It may wait for room downstream now, or go on. */
  private lookAt(part: Part): void {
    if (part.dispatch.open && !part.over) this.parts.look(part)
  }

  private refuse(work: Work, dispatch: Dispatch, failures: ReadonlyMap<number, unknown>): void {
    const refused = work.refused(dispatch, failures)
    this.options.statistics.record(refused, refused, 0)
  }

  private sendHalves(
    work: Work,
    channel: number,
    dispatch: Dispatch,
    pinned: Owner | undefined,
    deaths: number,
  ): void {
    const { count } = dispatch.slice
    const half = count >> 1
    this.send(work, channel, subDispatch(dispatch, 0, half), pinned, deaths)
    const rest = subDispatch(dispatch, half, count - half)
    // What is wrong with an item of the first half may have been the end.
    if (this.options.isWanted(work)) this.send(work, channel, rest, pinned, deaths)
  }

  /** Until the stream has it: a server that is away may come back. */
  private async store(part: Part, bytes: Uint8Array): Promise<void> {
    const { connection, subjects, me } = this.options
    for (let refusals = 0; !part.over && !this.stopped; ) {
      try {
        part.seq = await connection.store(subjects.work, bytes, `${me}.${part.id}`)
        // Given up meanwhile: nobody is to run it. If it has ended, the stream has it no more.
        if (part.over) await withdraw(connection, subjects, part.seq)
        return
      } catch (error) {
        if (part.over || this.stopped) return
        if (
          error instanceof Error &&
          error.message.startsWith('NATS refused') &&
          ++refusals >= refusalsAllowed
        )
          return part.work.aborted(error)
        await new Promise((resolve) => setTimeout(resolve, storeAgain))
        await ensureStream(connection, subjects).catch(() => {})
      }
    }
  }

  /** Its process died, or whatever had it: it may be because of one of its items. */
  private died(part: Part, server: Owner | undefined, why: string): void {
    const deaths = part.deaths + 1
    const { at, dispatch } = part
    const loss = {
      threadId: server?.threadId ?? 'of a serving process',
      exitCode: undefined,
      signal: undefined,
      cause: new Error(why),
      certain: true,
      ended: undefined,
    }
    if (part.careful && at === undefined && deaths > deathsAllowed) {
      this.finish(part, true)
      this.fail(part.work, dispatch, { ...loss, running: unendedItems(dispatch) })
      return this.options.changed()
    }
    this.again(part, deaths, loss)
  }

  /** Sends what is left of it anew; except for the item that is to blame, and those that can't run again. */
  private again(part: Part, deaths: number, loss?: Omit<Loss, 'running'>): void {
    const { work, channel, dispatch, at } = part
    this.finish(part, true)
    if (!this.options.isWanted(work)) return
    const reason = loss ?? lossOf({ threadId: part.owner?.threadId ?? '', running: [], certain: false })
    for (const sub of unendedParts(dispatch, loss && at)) {
      if (!this.options.isWanted(work)) return
      const isCulprit =
        loss !== undefined && at !== undefined && sub.slice.first === dispatch.slice.first + at
      if (isCulprit) this.fail(work, sub, { ...reason, running: [0] })
      // It can't be run again, which the work knows; or where it runs has to be chosen anew.
      else if (sub.emitted || work.transfer) this.fail(work, sub, { ...reason, running: [] })
      else if (part.pinned)
        this.fail(work, sub, { ...reason, running: loss ? unendedItems(sub) : [], certain: false })
      else this.send(work, channel, sub, undefined, deaths)
    }
    this.options.changed()
  }

  private fail(work: Work, dispatch: Dispatch, loss: Loss): void {
    const failed = work.lost(dispatch, loss)
    this.options.statistics.record(failed, failed, 0)
  }

  /** @param early whether it has not come to its end: then it is taken out of the stream. */
  private finish(part: Part, early = false): void {
    part.over = true
    this.parts.remove(part)
    part.owner?.parts.delete(part.id)
    if (!early || part.seq === undefined) return
    const { connection, subjects } = this.options
    void withdraw(connection, subjects, part.seq)
  }
}

/** That results are of items that there are. */
function check(part: Part, first: number, count: number, { layout, errors = [] }: Results): void {
  const items = part.dispatch.slice.count
  const { ended } = part.dispatch
  if (!layout) {
    for (let item = first; item < first + count; item++)
      if (item >= items || ended?.has(item)) throw new Malformed('a result of no item')
    return
  }
  let values = 0
  let failures = 0
  for (let t = 0; t < layout.length; t += 3) {
    if (layout[t]! >= items || ended?.has(layout[t]!)) throw new Malformed('a result of no item')
    values += layout[t + 1]!
    if (layout[t + 2]! > itemState.timedOut) throw new Malformed('a result with an unknown state')
    if (layout[t + 2] === itemState.failed) failures++
  }
  if (values !== count || failures !== errors.length) throw new Malformed('results that are not all there')
}
