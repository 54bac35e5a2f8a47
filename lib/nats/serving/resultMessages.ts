/**
 * Cuts results into messages that fit through the server.
 * @module
 */
import type { EncodedError } from '../../wire/errorCodec.js'
import { encodeError } from '../../wire/errorCodec.js'
import type { Values } from '../../wire/messages.js'
import { itemState } from '../../wire/messages.js'
import { carry } from '../carriage.js'
import { TooLarge, tooLarge } from '../tooLarge.js'
import type { Results } from '../wire.js'
import type { Job } from './job.js'

/** What has become of items of a job. */
export interface JobResults {
  readonly first: number
  readonly values: Values
  readonly layout: number[] | undefined
  readonly errors: readonly EncodedError[]
  readonly busy: number
}

/** Sends results, in as many messages as it takes; an item of which one value is too large fails. */
export function sendResults(job: Job, results: JobResults, send: (message: Results) => void): void {
  const wanted = job.refused ? without(results, job.refused) : results
  const { first, values, layout, errors, busy } = wanted
  if (values.length === 0 && (layout === undefined || layout.length === 0)) return
  try {
    send({ type: 'results', id: job.id, first, layout, errors, busy, ...carry(values, job.codec) })
  } catch (cause) {
    if (!(cause instanceof TooLarge)) throw cause
    const halves = cut(wanted)
    if (halves) for (const half of halves) sendResults(job, half, send)
    else refuse(job, wanted, cause, send)
  }
}

/** Two of one; undefined where there is but one value. */
function cut(results: JobResults): [JobResults, JobResults] | undefined {
  const { first, values, layout, errors, busy } = results
  if (!layout) {
    if (values.length < 2) return undefined
    const half = values.length >> 1
    return [
      { ...results, values: values.slice(0, half) },
      { first: first + half, values: values.slice(half), layout, errors, busy: 0 },
    ]
  }
  if (layout.length === 3) return cutItem(results, layout)
  const half = 3 * Math.floor(layout.length / 6)
  const head = layout.slice(0, half)
  const count = head.reduce((sum, each, t) => (t % 3 === 1 ? sum + each : sum), 0)
  const failed = head.filter((each, t) => t % 3 === 2 && each === itemState.failed).length
  return [
    { first, values: values.slice(0, count), layout: head, errors: errors.slice(0, failed), busy },
    { first, values: values.slice(count), layout: layout.slice(half), errors: errors.slice(failed), busy: 0 },
  ]
}

function cutItem(results: JobResults, layout: readonly number[]): [JobResults, JobResults] | undefined {
  const [item, count, state] = layout as [number, number, number]
  const half = count >> 1
  if (half === 0) return undefined
  const { first, values, errors, busy } = results
  return [
    { first, values: values.slice(0, half), layout: [item, half, itemState.open], errors: [], busy },
    { first, values: values.slice(half), layout: [item, count - half, state], errors, busy: 0 },
  ]
}

/** Its one value can't be sent, or its error: the item fails, and nothing more of it is sent. */
function refuse(
  job: Job,
  { first, layout, busy }: JobResults,
  cause: TooLarge,
  send: (message: Results) => void,
): void {
  const item = layout ? layout[0]! : first
  job.refused ??= new Set()
  job.refused.add(item)
  const errors = [encodeError(tooLarge('result', cause))]
  const failed = [item, 0, itemState.failed]
  send({ type: 'results', id: job.id, first: 0, values: [], layout: failed, errors, busy })
}

function without(results: JobResults, refused: ReadonlySet<number>): JobResults {
  const { first, values, errors } = results
  const layout = results.layout ?? Array.from(values).flatMap((_, i) => [first + i, 1, itemState.complete])
  const kept = { ...results, values: [] as unknown[], layout: [] as number[], errors: [] as EncodedError[] }
  let at = 0
  let failures = 0
  for (let t = 0; t < layout.length; t += 3) {
    const [item, count, state] = [layout[t]!, layout[t + 1]!, layout[t + 2]!]
    const own = values.slice(at, (at += count))
    const error = state === itemState.failed ? errors[failures++] : undefined
    if (refused.has(item)) continue
    kept.values.push(...own)
    kept.layout.push(item, count, state)
    if (error) kept.errors.push(error)
  }
  return kept
}
