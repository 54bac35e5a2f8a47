// What the specs use in a page: see support/kit.ts.
import * as rxjs from 'rxjs'
import * as parallel from 'rxjs-parallel'
import type { ContractPoolOptions, PoolCapabilities } from 'rxjs-parallel/testing'
import { contractTasks, inlinePool, poolContract } from 'rxjs-parallel/testing'
import { PaintError } from './paintError.js'

type Worker_ = typeof import('./tasks.worker.js')

const tasksWorker = () => new Worker(new URL('./tasks.worker.js', import.meta.url), { type: 'module' })

/** Two threads of tasks.worker.ts. */
const tasksPool = (options?: parallel.ThreadPoolOptions) =>
  parallel.threadPool<Worker_>(tasksWorker, { size: 2, ...options })

/** All values of a stream; rejects with its error. */
const valuesOf = <T>(stream: rxjs.Observable<T>): Promise<T[]> =>
  rxjs.lastValueFrom(stream.pipe(rxjs.toArray()))

/** What an error is, in words that can be handed to a spec. */
interface Told {
  readonly classes: string[]
  readonly message: string
  readonly stack: string
  readonly code: unknown
  readonly value: unknown
  readonly cause: Told | undefined
  readonly own: Record<string, unknown>
}

function tell(error: unknown): Told {
  const classes: string[] = []
  for (
    let type = Object.getPrototypeOf(error);
    type && type !== Object.prototype;
    type = Object.getPrototypeOf(type)
  )
    classes.push(type.constructor.name)
  const { message, stack, code, value, cause, ...own } = error as Error & Record<string, unknown>
  return {
    classes,
    message,
    stack: String(stack),
    code,
    value,
    cause: cause === undefined ? undefined : tell(cause),
    own,
  }
}

/** How a stream went: its values, and what it failed with, if it did. */
const outcomeOf = <T>(stream: rxjs.Observable<T>): Promise<{ values: T[]; error?: Told }> =>
  new Promise((resolve) => {
    const values: T[] = []
    stream.subscribe({
      next: (value) => values.push(value),
      error: (error) => resolve({ values, error: tell(error) }),
      complete: () => resolve({ values }),
    })
  })

/** What a promise is rejected with. */
const rejection = (promise: Promise<unknown>): Promise<Told> =>
  promise.then((value) => Promise.reject(new Error(`expected a rejection, got ${value}`)), tell)

/** What a function that a spec ran leaves for the next one. */
const kept = new Map<string, any>()

// Whether the page has come back as it was, from the back/forward cache, and how far a pipeline was then.
addEventListener('pageshow', ({ persisted }) => {
  kept.set('persisted', persisted)
  kept.set('seenOnReturn', kept.get('seen')?.())
})

const numbers = (length: number): number[] => Array.from({ length }, (_, n) => n)

const contractPools = {
  threads: (options: ContractPoolOptions) => tasksPool(options),
  inline: ({ size, concurrency }: ContractPoolOptions) =>
    inlinePool(contractTasks, {
      threads: size,
      concurrency,
      crashOn: (item?: { crash?: boolean }) => item?.crash === true,
      hang: (item?: { hang?: boolean }) => item?.hang === true,
    }),
}

/** The cases that a pool has to pass. */
const contract = (kind: keyof typeof contractPools, capabilities: PoolCapabilities) =>
  poolContract(contractPools[kind], { ...capabilities, timeout: 50_000 })

const kit = {
  rxjs,
  parallel,
  PaintError,
  tasksPool,
  contract,
  valuesOf,
  outcomeOf,
  rejection,
  tell,
  kept,
  numbers,
}

export type Kit = typeof kit

Object.assign(globalThis, { kit })
