import fc from 'fast-check'
import { finalize, Observable, of, Subject, throwError } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import type { Emitter } from '../../lib/worker/emission.js'
import { emitAll, kindOf } from '../../lib/worker/emission.js'

/** Keeps what is emitted; has room for so many, and wants so many. */
class TestEmitter implements Emitter {
  readonly values: unknown[] = []
  readonly ends: unknown[] = []
  private resume: (() => void) | undefined
  private readonly waiting: (() => void)[] = []

  constructor(
    private room = Number.POSITIVE_INFINITY,
    private readonly wanted = Number.POSITIVE_INFINITY,
  ) {}

  next(value: unknown): boolean {
    this.values.push(value)
    this.room--
    return this.values.length < this.wanted
  }

  get hasRoom(): boolean {
    return this.room > 0
  }

  whenRoom(resume: () => void): void {
    if (this.resume) throw new Error('it waits for room already')
    this.resume = resume
    this.wake()
  }

  complete(): void {
    this.ends.push('complete')
    this.wake()
  }

  error(thrown: unknown): void {
    this.ends.push({ error: thrown })
    this.wake()
  }

  grant(count: number): void {
    this.room += count
    const { resume } = this
    this.resume = undefined
    resume?.()
  }

  get isPaused(): boolean {
    return this.resume !== undefined
  }

  /** Resolves when it has ended, or has no more room. */
  async settled(): Promise<void> {
    if (this.ends.length === 0 && !this.isPaused)
      await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  private wake(): void {
    for (const each of this.waiting.splice(0)) each()
  }
}

const emitting = ['generator', 'asyncIterable', 'observable'] as const
const pausing = ['generator', 'asyncIterable'] as const

/** A result of this kind that emits these values, then fails where it is to; `left` is called when it is over. */
function resultOf(
  kind: (typeof emitting)[number],
  values: readonly unknown[],
  fails = false,
  left = () => {},
) {
  if (kind === 'observable')
    return new Observable((subscriber) => {
      for (const value of values) if (!subscriber.closed) subscriber.next(value)
      if (fails) subscriber.error('failed')
      else subscriber.complete()
      return left
    })
  function* generator() {
    try {
      yield* values
      if (fails) throw 'failed'
    } finally {
      left()
    }
  }
  async function* asyncGenerator() {
    try {
      yield* values
      if (fails) throw 'failed'
    } finally {
      left()
    }
  }
  return kind === 'generator' ? generator() : asyncGenerator()
}

describe('kindOf', () => {
  function* generator() {}
  async function* asyncGenerator() {}

  it.each<[string, unknown, string]>([
    ['a Promise', Promise.resolve(1), 'promise'],
    // biome-ignore lint/suspicious/noThenProperty: what a Promise of another library looks like
    ['a thenable', { then() {} }, 'promise'],
    ['a generator', generator(), 'generator'],
    ['an iterator that can be iterated', new Map().entries(), 'generator'],
    ['an async generator', asyncGenerator(), 'asyncIterable'],
    ['an async iterable', { [Symbol.asyncIterator]() {} }, 'asyncIterable'],
    ['a web stream', new ReadableStream(), 'asyncIterable'],
    ['an Observable', of(1), 'observable'],
    ['undefined', undefined, 'value'],
    ['null', null, 'value'],
    ['a number', 1, 'value'],
    ['a string', 'text', 'value'],
    ['a function', () => {}, 'value'],
    ['an array', [1, 2], 'value'],
    ['a typed array', new Uint8Array(2), 'value'],
    ['a Map', new Map(), 'value'],
    ['a Set', new Set(), 'value'],
    ['an object', { next: 1, subscribe: 'yes' }, 'value'],
    ['a linked list', { next() {} }, 'value'],
    ['an Error', new Error('x'), 'value'],
  ])('%s', (_name, result, kind) => {
    expect(kindOf(result)).toBe(kind)
  })
})

describe.each(emitting)('a result that emits many (%s)', (kind) => {
  it('emits all its values in order, and then ends as it does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.anything()), fc.boolean(), async (values, fails) => {
        const emitter = new TestEmitter()
        const left = vi.fn()
        emitAll(resultOf(kind, values, fails, left), kind, emitter)
        await emitter.settled()
        expect(emitter.values).toEqual(values)
        expect(emitter.ends).toEqual([fails ? { error: 'failed' } : 'complete'])
        expect(left).toHaveBeenCalledTimes(1)
      }),
    )
  })

  it('stops as soon as no more values are wanted, and cleans up', async () => {
    const emitter = new TestEmitter(Number.POSITIVE_INFINITY, 2)
    const cleanedUp = new Promise<void>((resolve) => {
      emitAll(resultOf(kind, [1, 2, 3], true, resolve), kind, emitter)
    })
    await cleanedUp
    expect(emitter.values).toEqual([1, 2])
    expect(emitter.ends).toEqual([])
  })

  it('may be stopped after its end, and more than once', async () => {
    const emitter = new TestEmitter()
    const stop = emitAll(resultOf(kind, [1]), kind, emitter)
    await emitter.settled()
    stop()
    stop()
    expect(emitter.values).toEqual([1])
    expect(emitter.ends).toEqual(['complete'])
  })
})

describe.each(pausing)('a result that can be paused (%s)', (kind) => {
  it('emits only as many values as there is room for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(20),
        fc.nat(5),
        fc.array(fc.integer({ min: 1, max: 5 })),
        async (length, first, grants) => {
          const values = Array.from({ length }, (_, n) => n)
          const emitter = new TestEmitter(first)
          let room = first
          emitAll(resultOf(kind, values), kind, emitter)
          for (const grant of grants) {
            await emitter.settled()
            expect(emitter.values).toEqual(values.slice(0, room))
            expect(emitter.ends).toEqual(room > length ? ['complete'] : [])
            room += grant
            emitter.grant(grant)
          }
          emitter.grant(Number.POSITIVE_INFINITY)
          await emitter.settled()
          expect(emitter.values).toEqual(values)
          expect(emitter.ends).toEqual(['complete'])
        },
      ),
    )
  })

  it('computes no value before there is room for it', async () => {
    let computed = 0
    function* counting() {
      for (;;) yield ++computed
    }
    const emitter = new TestEmitter(3)
    const result =
      kind === 'generator'
        ? counting()
        : (async function* () {
            yield* counting()
          })()
    emitAll(result, kind, emitter)
    await emitter.settled()
    expect(computed).toBe(3)
    emitter.grant(2)
    await emitter.settled()
    expect(computed).toBe(5)
  })

  it('cleans up when it is stopped while it waits for room, and emits nothing more', async () => {
    const emitter = new TestEmitter(1)
    await new Promise<void>((resolve) => {
      const stop = emitAll(resultOf(kind, [1, 2, 3], false, resolve), kind, emitter)
      void emitter.settled().then(stop)
    })
    emitter.grant(10)
    await Promise.resolve()
    expect(emitter.values).toEqual([1])
    expect(emitter.ends).toEqual([])
  })
})

describe('an async generator', () => {
  it('emits nothing that it was waiting for when it was stopped', async () => {
    const emitter = new TestEmitter()
    await new Promise<void>((leave) => {
      let arrive: (value: number) => void = () => {}
      const later = new Promise<number>((resolve) => {
        arrive = resolve
      })
      const stop = emitAll(
        (async function* () {
          try {
            yield await later
            yield 2
          } finally {
            leave()
          }
        })(),
        'asyncIterable',
        emitter,
      )
      stop()
      arrive(1)
    })
    expect(emitter.values).toEqual([])
    expect(emitter.ends).toEqual([])
  })

  it("whose clean-up fails after it was stopped is nobody's concern", async () => {
    const emitter = new TestEmitter(1)
    const stop = emitAll(
      (async function* () {
        try {
          yield 1
          yield 2
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: it is what is tested
          throw new Error('of a clean-up')
        }
      })(),
      'asyncIterable',
      emitter,
    )
    await emitter.settled()
    // An unhandled rejection would fail the run.
    expect(stop).not.toThrow()
    expect(emitter.ends).toEqual([])
  })
})

describe('a generator', () => {
  it("whose clean-up fails after it was stopped is nobody's concern", () => {
    const emitter = new TestEmitter(1)
    const stop = emitAll(
      (function* () {
        try {
          yield 1
          yield 2
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: it is what is tested
          throw new Error('of a clean-up')
        }
      })(),
      'generator',
      emitter,
    )
    expect(stop).not.toThrow()
    expect(emitter.values).toEqual([1])
    expect(emitter.ends).toEqual([])
  })

  it('gives its return value to nobody', () => {
    const emitter = new TestEmitter()
    emitAll(
      (function* () {
        yield 1
        return 2
      })(),
      'generator',
      emitter,
    )
    expect(emitter.values).toEqual([1])
  })
})

describe('an Observable', () => {
  it('is unsubscribed when it is stopped, and emits nothing more', () => {
    const emitter = new TestEmitter()
    const teardown = vi.fn()
    let emit: (value: number) => void = () => {}
    const source = new Observable<number>((subscriber) => {
      emit = (value) => subscriber.next(value)
      return teardown
    })
    const stop = emitAll(source, 'observable', emitter)
    emit(1)
    stop()
    emit(2)
    expect(emitter.values).toEqual([1])
    expect(teardown).toHaveBeenCalledTimes(1)
  })

  it.each(['complete', 'error'] as const)('cleans up before it ends (by %s), once', (end) => {
    const emitter = new TestEmitter()
    const endsBefore: number[] = []
    const source = new Subject<number>()
    const stop = emitAll(
      source.pipe(finalize(() => endsBefore.push(emitter.ends.length))),
      'observable',
      emitter,
    )
    source[end]('failed')
    stop()
    expect(endsBefore).toEqual([0])
    expect(emitter.ends).toEqual([end === 'complete' ? 'complete' : { error: 'failed' }])
  })

  it('cleans up before it ends, at once too', () => {
    const emitter = new TestEmitter()
    const endsBefore: number[] = []
    emitAll(of(1).pipe(finalize(() => endsBefore.push(emitter.ends.length))), 'observable', emitter)
    expect(endsBefore).toEqual([0])
    expect(emitter.ends).toEqual(['complete'])
  })

  it('whose clean-up fails as it completes fails, as a generator does', () => {
    const emitter = new TestEmitter()
    const source = new Subject<number>()
    const thrown = new Error('of the clean-up')
    const failing = source.pipe(
      finalize(() => {
        throw thrown
      }),
    )
    emitAll(failing, 'observable', emitter)
    source.next(1)
    source.complete()
    expect(emitter.values).toEqual([1])
    expect(emitter.ends).toMatchObject([{ error: { errors: [thrown] } }])
  })

  it('can not be paused: its values go out, room or none', () => {
    const emitter = new TestEmitter(1)
    emitAll(of(1, 2, 3), 'observable', emitter)
    expect(emitter.values).toEqual([1, 2, 3])
  })

  it('may fail at once', () => {
    const emitter = new TestEmitter()
    emitAll(
      throwError(() => 'failed'),
      'observable',
      emitter,
    )
    expect(emitter.ends).toEqual([{ error: 'failed' }])
  })

  it('of any library will do, also one that goes on after its end', () => {
    const emitter = new TestEmitter()
    const other = {
      subscribe(observer: { next(value: unknown): void; complete(): void; error(thrown: unknown): void }) {
        observer.next(1)
        observer.complete()
        observer.next(2)
        observer.complete()
        observer.error('late')
        return { unsubscribe() {} }
      },
    }
    emitAll(other, 'observable', emitter)
    expect(emitter.values).toEqual([1])
    expect(emitter.ends).toEqual(['complete'])
  })
})

// Both end the thread, or hold it up for ever, where they get out: nobody further up expects them.
describe('what throws where nobody expects it', () => {
  const thrown = new Error('unexpected')
  const throwing = () => {
    throw thrown
  }

  it.each([
    ['asyncIterable', { [Symbol.asyncIterator]: throwing }],
    ['observable', { subscribe: throwing }],
    ['generator', { next: throwing, [Symbol.iterator]: throwing }],
    ['asyncIterable', { [Symbol.asyncIterator]: () => ({ next: throwing }) }],
  ] as const)('fails the emission when it is begun (%s %#)', async (kind, result) => {
    const emitter = new TestEmitter()
    emitAll(result, kind, emitter)
    await emitter.settled()
    expect(emitter.values).toEqual([])
    expect(emitter.ends).toEqual([{ error: thrown }])
  })

  it.each([
    [
      'asyncIterable',
      { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: throwing }) },
    ],
    ['observable', { subscribe: () => ({ unsubscribe: throwing }) }],
    ['observable', new Observable(() => throwing)],
  ] as const)("is nobody's concern when it is stopped (%s %#)", (kind, result) => {
    const emitter = new TestEmitter()
    const stop = emitAll(result, kind, emitter)
    expect(stop).not.toThrow()
    expect(emitter.ends).toEqual([])
  })
})
