import { describe, expect, it, vi } from 'vitest'
import {
  CloneError,
  isParallelError,
  OverflowError,
  ParallelError,
  PoolClosedError,
  parallelErrors,
  TaskTimeoutError,
  WorkerCrashError,
  WorkerStartError,
} from '../lib/errors.js'

const cause = new RangeError('the cause')
const options = { cause }

const errors: [name: string, error: ParallelError, type: unknown, code: string][] = [
  ['ParallelError', new ParallelError('UNKNOWN_TASK', 'message', options), ParallelError, 'UNKNOWN_TASK'],
  ['WorkerStartError', new WorkerStartError('message', options), WorkerStartError, 'WORKER_START'],
  ['WorkerCrashError', new WorkerCrashError('message', options), WorkerCrashError, 'WORKER_CRASH'],
  ['TaskTimeoutError', new TaskTimeoutError('message', options), TaskTimeoutError, 'TASK_TIMEOUT'],
  ['CloneError', new CloneError('message', 'items[0]', options), CloneError, 'CLONE'],
  ['OverflowError', new OverflowError('message', options), OverflowError, 'OVERFLOW'],
  ['PoolClosedError', new PoolClosedError('message', options), PoolClosedError, 'POOL_CLOSED'],
]

describe.each(errors)('%s', (name, error, type, code) => {
  it('is an Error of its class, with a code, a message and a cause', () => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(ParallelError)
    expect(error).toBeInstanceOf(type as never)
    expect(error).toMatchObject({ code, message: 'message', cause })
  })

  it('has a name that no minifier changes, and shows it', () => {
    expect(error.name).toBe(name)
    expect(String(error)).toBe(`${name}: message`)
    // As with the language's own: not a property of each error.
    expect(Object.keys(error)).not.toContain('name')
  })

  it('has no cause where there is none', () => {
    const { cause: _, ...rest } = options
    const bare = new (type as new (...args: unknown[]) => ParallelError)('message', 'second', rest)
    expect('cause' in bare).toBe(false)
  })

  it('is known by its code', () => {
    expect(isParallelError(error)).toBe(true)
    expect(isParallelError(error, code as never)).toBe(true)
    for (const [, , , other] of errors)
      if (other !== code) expect(isParallelError(error, other as never)).toBe(false)
  })

  it('is among those that come back from a thread as themselves', () => {
    expect(Object.entries(parallelErrors)).toContainEqual([name, type])
  })
})

describe('WorkerCrashError', () => {
  it('says which thread died, how, and with what item', () => {
    const error = new WorkerCrashError('died', { threadId: 'host/1/2', exitCode: 0, value: undefined })
    expect(error).toMatchObject({ threadId: 'host/1/2', exitCode: 0, value: undefined })
    expect(new WorkerCrashError('died')).toMatchObject({
      threadId: undefined,
      exitCode: undefined,
      value: undefined,
    })
  })
})

describe('CloneError', () => {
  it('says which part it is about', () => {
    expect(new CloneError('message', 'items[3].onDone').path).toBe('items[3].onDone')
  })
})

describe('isParallelError', () => {
  it.each([
    new Error('x'),
    new RangeError('x'),
    Object.assign(new Error('x'), { code: 'CLONE' }),
    Object.assign(new Error('x'), { name: 'ParallelError' }),
    {},
    null,
    undefined,
    'ParallelError',
    () => {},
  ])('is false of %o', (other) => {
    expect(isParallelError(other)).toBe(false)
    expect(isParallelError(other, 'CLONE')).toBe(false)
  })

  it('knows the errors of another copy of the library, which instanceof does not', async () => {
    vi.resetModules()
    const copy = await import('../lib/errors.js')
    expect(copy.ParallelError).not.toBe(ParallelError)
    const error = new copy.OverflowError('of the copy')
    expect(error).not.toBeInstanceOf(ParallelError)
    expect(isParallelError(error)).toBe(true)
    expect(isParallelError(error, 'OVERFLOW')).toBe(true)
    expect(isParallelError(error, 'CLONE')).toBe(false)
  })
})
