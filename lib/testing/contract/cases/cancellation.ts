/**
 * Leaving early: what waits is dropped, what runs is told, and the pool can be used afterwards.
 * @module
 */
import type { Observable } from 'rxjs'
import { firstValueFrom, from, of, range, Subject, switchMap, take } from 'rxjs'
import { fanIn } from '../../../operators/fanIn.js'
import { fanOut } from '../../../operators/fanOut.js'
import { fromTask } from '../../../operators/fromTask.js'
import { parallelMap } from '../../../operators/parallelMap.js'
import type { ContractCase } from '../contractCase.js'
import { oneThread } from '../contractCase.js'
import type { Act } from '../contractTasks.js'
import { expectSame, rejectionOf } from '../expect.js'
import { kept, numbers, outcomeOf, uniqueName, valuesOf } from '../streams.js'

/** Unsubscribes from a stream when its first value has come. */
async function leaveAtFirst(stream: Observable<unknown>): Promise<void> {
  await valuesOf(stream.pipe(take(1)))
}

const holding = (name: string): Act => ({ name, does: 'hold' })

export const cancellationCases: readonly ContractCase[] = [
  {
    name: "cancellation: unsubscribing aborts the signal of what runs, and a generator's finally runs",
    options: oneThread,
    run: async (pool) => {
      const { tasks } = pool
      const streams = {
        parallelMap: (name: string) => of(holding(name)).pipe(parallelMap(tasks.act)),
        fromTask: (name: string) => fromTask(tasks.act, holding(name)),
      }
      for (const [operator, stream] of Object.entries(streams)) {
        const name = uniqueName(operator)
        await leaveAtFirst(stream(name))
        expectSame(`how it ended (${operator})`, await pool.run(tasks.told, name), 'AbortError')
      }
    },
  },
  {
    name: 'cancellation: what waits is dropped',
    options: { size: 1, concurrency: 1 },
    run: async (pool) => {
      const name = uniqueName('held')
      const items = numbers(50).map(() => holding(name))
      await leaveAtFirst(from(items).pipe(parallelMap(pool.tasks.act)))
      expectSame('the items that have begun', await pool.run(pool.tasks.tallyOf, name), 1)
    },
  },
  {
    name: 'cancellation: take ends a generator that has more to give',
    options: oneThread,
    run: async (pool) => {
      const name = uniqueName('produced')
      const values = await valuesOf(fromTask(pool.tasks.produce, name, 1_000_000).pipe(take(3)))
      expectSame('what was taken', values, [0, 1, 2])
      expectSame('how it ended', await pool.run(pool.tasks.told, name), 'ended')
    },
  },
  {
    name: 'cancellation: an error of the source comes at once, and cancels what runs',
    options: oneThread,
    run: async (pool) => {
      const name = uniqueName('held')
      const source = new Subject<Act>()
      const outcome = outcomeOf(source.pipe(parallelMap(pool.tasks.act)), () =>
        source.error(new RangeError('of the source')),
      )
      source.next(holding(name))
      expectSame('the outcome', await outcome, {
        values: ['began'],
        end: 'error',
        error: new RangeError('of the source'),
      })
      expectSame('how the item ended', await pool.run(pool.tasks.told, name), 'AbortError')
    },
  },
  {
    name: 'cancellation: an error of an item cancels the others',
    options: oneThread,
    run: async (pool) => {
      const [name, other] = [uniqueName('held'), uniqueName('failing')]
      const source = new Subject<Act>()
      const results = source.pipe(parallelMap(pool.tasks.act, { ordered: false }))
      // The second, when the first has begun.
      let begun = 0
      const outcome = outcomeOf(results, () => {
        if (++begun === 1) source.next({ name: other, does: 'fail' })
      })
      source.next(holding(name))
      const { error } = await outcome
      expectSame('the error', error, new RangeError('failed'))
      expectSame('how the other item ended', await pool.run(pool.tasks.told, name), 'AbortError')
    },
  },
  {
    name: 'cancellation: of one pipeline leaves the others alone',
    options: oneThread,
    run: async (pool) => {
      const { tasks } = pool
      const [gate, name] = [uniqueName('gate'), uniqueName('held')]
      const kept = valuesOf(of({ awaits: gate, value: 7 }).pipe(parallelMap(tasks.meet)))
      await leaveAtFirst(of(holding(name)).pipe(parallelMap(tasks.act)))
      await pool.run(tasks.told, name)
      await pool.run(tasks.tell, gate, undefined)
      expectSame('the results of the other', await kept, [7])
    },
  },
  {
    name: 'cancellation: by the signal of run rejects with its reason, before and while it runs',
    options: oneThread,
    run: async (pool) => {
      const { tasks } = pool
      const reason = new RangeError('not any more')
      const before = pool.run(tasks.double, 1, { signal: AbortSignal.abort(reason) })
      expectSame('before', await rejectionOf('run', before), reason)
      const name = uniqueName('held')
      const controller = new AbortController()
      const run = pool.run(tasks.act, holding(name), { signal: controller.signal })
      const rejected = kept(rejectionOf('run', run))
      while ((await pool.run(tasks.tallyOf, name)) === 0);
      controller.abort(reason)
      expectSame('while it runs', await rejected, reason)
      expectSame('how it ended', await pool.run(tasks.told, name), 'AbortError')
    },
  },
  {
    name: 'cancellation: of a branch ends its stage',
    options: oneThread,
    run: async (pool) => {
      const { tasks } = pool
      const name = uniqueName('stage')
      const source = new Subject<string>()
      const left = leaveAtFirst(source.pipe(fanOut(tasks.toldEnd, { branches: 1 }), fanIn()))
      source.next(name)
      await left
      expectSame('how it ended', await pool.run(tasks.told, name), 'AbortError')
      expectSame('whether anybody reads the source', source.observed, false)
    },
  },
  {
    name: 'cancellation: again and again leaves the pool usable',
    run: async (pool) => {
      const { tasks } = pool
      const last = range(0, 200).pipe(switchMap((n) => fromTask(tasks.upTo, n)))
      expectSame('what the last emits', (await valuesOf(last)).slice(-3), [197, 198, 199])
      for (let n = 0; n < 20; n++)
        await leaveAtFirst(of(holding(uniqueName('held'))).pipe(parallelMap(tasks.act)))
      expectSame(
        'a pipeline after them',
        await valuesOf(range(0, 100).pipe(parallelMap(tasks.double))),
        numbers(100).map((n) => n * 2),
      )
    },
  },
  {
    name: 'cancellation: is seen by a loop that never returns to the event loop',
    options: oneThread,
    needs: 'cancelledInLoops',
    run: async (pool) => {
      const { tasks } = pool
      const [name, awaits] = [uniqueName('loop'), uniqueName('go')]
      const threadId = await pool.run(tasks.threadId, 0)
      const began = new Subject<unknown>()
      const first = kept(firstValueFrom(began))
      const loop = of({ name, awaits }).pipe(parallelMap(tasks.loop)).subscribe(began)
      await first
      // It may be looping when this has come, and then its answer comes after the loop.
      const going = kept(pool.run(tasks.tell, awaits, undefined))
      await new Promise((resolve) => setTimeout(resolve))
      loop.unsubscribe()
      await going
      expectSame('how it ended', await pool.run(tasks.told, name), 'cancelled')
      expectSame('its thread', await pool.run(tasks.threadId, 0), threadId)
    },
  },
  {
    name: 'cancellation: what does not stop is ended with its thread, which is replaced',
    options: { size: 1, concurrency: 1 },
    needs: 'endlessLoops',
    run: async (pool) => {
      const { tasks } = pool
      await pool.ready()
      const hanging = of({ hang: true }).pipe(parallelMap(tasks.hangIf)).subscribe()
      await turnsUntil(() => pool.stats.inFlight === 1)
      hanging.unsubscribe()
      expectSame('a run after it', await pool.run(tasks.double, 21), 42)
    },
  },
]

/** Lets things happen until it is so. */
async function turnsUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve))
}
