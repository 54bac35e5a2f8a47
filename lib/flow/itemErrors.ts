/**
 * What is said of items that didn't end by themselves.
 * @module
 */
import { CloneError, ParallelError, TaskTimeoutError, WorkerCrashError } from '../errors.js'
import { messageOf } from '../wire/describe.js'
import type { TaskStep } from '../wire/messages.js'
import type { Dispatch, Loss } from './work.js'

type Steps = readonly Pick<TaskStep, 'task'>[]
type Death = Pick<Loss, 'threadId' | 'exitCode' | 'signal' | 'cause'> & { readonly ended?: Loss['ended'] }

/** How an error names what ran: `'square'`. */
export function namesOf(steps: Steps): string {
  return steps.map(({ task }) => ('name' in task ? `'${task.name}'` : 'an inline function')).join(', ')
}

/** @param name how an error names the item. */
export function lossError(
  dispatch: Dispatch,
  item: number,
  name: string,
  steps: Steps,
  loss: Loss,
): WorkerCrashError {
  return crashError(
    loss,
    whenOf(dispatch, item, `${namesOf(steps)} for ${name}`, loss),
    itemAt(dispatch, item),
  )
}

/** @param when what the thread was at, as the middle of a sentence. */
export function crashError(death: Death, when: string, value?: unknown): WorkerCrashError {
  const message = `thread ${death.threadId} ${howOf(death)}${when}${whyOf(death)}`
  return new WorkerCrashError(message, { ...death, value })
}

function howOf({ ended, exitCode, signal }: Death): string {
  if (ended) return 'was ended'
  if (signal) return `died (ended by ${signal})`
  return exitCode === undefined ? 'died' : `died (exit code ${exitCode})`
}

/** What ends processes without a word. */
export const signs: Readonly<Record<string, string>> = {
  SIGABRT: 'its memory was full (memoryLimit), or native code gave up',
  SIGKILL: 'somebody killed it, or the system did, having no memory left',
  SIGSEGV: 'native code failed',
}

/** As the end of a sentence. */
function whyOf({ cause, exitCode, signal }: Death): string {
  if (cause !== undefined) return `: ${reasonOf(cause)}`
  if (signal) return signal in signs ? `: ${signs[signal]}` : ''
  return exitCode === undefined ? '' : ': something in it called process.exit, or it was ended from outside'
}

/** What was thrown, and what helps against it. */
export function reasonOf(cause: unknown): string {
  const isOutOfMemory = (cause as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return `${messageOf(cause)}${isOutOfMemory ? '; raise memoryLimit' : ''}`
}

function whenOf({ emitted }: Dispatch, item: number, run: string, { running }: Loss): string {
  if (running.includes(item)) return ` while it ran ${run}`
  return emitted?.has(item)
    ? ` before ${run} had ended, which can't run again as values of it had been emitted`
    : ` before it ran ${run}, which can't run again as parts of it had been transferred`
}

/** For an item, or its result, of which a thread's end can't read what the other end had posted. */
export function unreadableError(name: string, { ended, cause }: Loss): CloneError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? ` (${cause.cause.message})` : ''
  return ended === 'unreadableItem'
    ? new CloneError(`${name} was sent to a thread and can't be read there${reason}`, name, { cause })
    : new CloneError(`the result of ${name} was sent by a thread and can't be read here${reason}`, 'result', {
        cause,
      })
}

export function timeoutError(
  dispatch: Dispatch,
  item: number,
  name: string,
  steps: Steps,
  timeout: number,
): TaskTimeoutError {
  return new TaskTimeoutError(`${name} took longer than its timeout of ${timeout} ms in ${namesOf(steps)}`, {
    value: itemAt(dispatch, item),
  })
}

/** For an item that was to be retried and can't be. */
export function notRetriedError(name: string, why: string, cause: unknown): ParallelError {
  return new ParallelError(
    'NOT_RETRIED',
    `${name} failed (${messageOf(cause)}) and can't be retried: ${why}`,
    { cause },
  )
}

function itemAt({ slice }: Dispatch, item: number): unknown {
  return slice.chunk.values[slice.first + item]
}
