// Pools in a page: streams, values, and what is a browser's own.
import type { JSHandle } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Kit } from './pages/kit.page.js'
import { browserTests } from './support/browser.js'
import { bothKinds, kitOf } from './support/kit.js'

const { openForAll } = browserTests()

describe.each(bothKinds)('in %s', (_, isolated) => {
  let kit: JSHandle<Kit>
  beforeAll(async () => {
    kit = await kitOf(await openForAll({ isolated }))
  })

  describe('streams', () => {
    it('parallelMap keeps the order, or not, and loses nothing', async () => {
      const [ordered, sorted] = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        const pool = tasksPool()
        const doubled = (ordered: boolean) =>
          valuesOf(rxjs.range(0, 20_000).pipe(parallel.parallelMap(pool.tasks.double, { ordered })))
        const all = [await doubled(true), (await doubled(false)).sort((a, b) => a - b)]
        await pool.close()
        return all
      })
      const expected = Array.from({ length: 20_000 }, (_, n) => 2 * n)
      expect(ordered).toEqual(expected)
      expect(sorted).toEqual(expected)
    })

    it('a generator emits many, those of an item together', async () => {
      const emitted = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        const pool = tasksPool()
        const values = await valuesOf(rxjs.of(3, 0, 2).pipe(parallel.parallelMap(pool.tasks.upToLater)))
        await pool.close()
        return values
      })
      expect(emitted).toEqual([1, 2, 3, 1, 2])
    })

    it('stages keep state for their branches, each in a thread', async () => {
      const [sums, threads] = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        const { fanIn, fanOut } = parallel
        const pool = tasksPool()
        const { tasks } = pool
        const byParity = rxjs
          .range(1, 100)
          .pipe(fanOut(tasks.runningSum, { route: (n: number) => n % 2 }), fanIn())
        const ofThreads = rxjs.range(0, 10).pipe(fanOut(tasks.threadOf, { route: 'roundRobin' }), fanIn())
        const sums = await valuesOf(byParity)
        const names = new Set((await valuesOf(ofThreads)).map(({ threadId }) => threadId))
        await pool.close()
        return [sums, names.size]
      })
      const odd = Array.from({ length: 50 }, (_, n) => (n + 1) ** 2)
      const even = Array.from({ length: 50 }, (_, n) => (n + 1) * (n + 2))
      expect([...sums].sort((a, b) => a - b)).toEqual([...odd, ...even].sort((a, b) => a - b))
      expect(threads).toBe(2)
    })

    it('fromTask runs a producer in a thread, and take ends it', async () => {
      const [values, end] = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        const pool = tasksPool({ size: 1, concurrency: 2 })
        const produced = parallel.fromTask(pool.tasks.produce, 'numbers', 1_000_000)
        const values = await valuesOf(produced.pipe(rxjs.take(5)))
        const end = await pool.run(pool.tasks.told, 'numbers')
        await pool.close()
        return [values, end] as const
      })
      expect(values).toEqual([0, 1, 2, 3, 4])
      expect(end).toBe('ended')
    })

    it('pull reads a web ReadableStream only as fast as there is room', async () => {
      const { held, results, read } = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        const pool = tasksPool({ size: 1, concurrency: 4 })
        let read = 0
        const stream = new ReadableStream<number>({
          pull: (controller) => (read === 2000 ? controller.close() : controller.enqueue(read++)),
        })
        const results = valuesOf(
          parallel.pull(stream).pipe(
            rxjs.map((value) => ({ tells: 'began', awaits: 'gate', value })),
            parallel.parallelMap(pool.tasks.meet, { concurrency: 2, batch: 1 }),
          ),
        )
        await pool.run(pool.tasks.told, 'began')
        const held = read
        await pool.run(pool.tasks.tell, 'gate')
        const all = await results
        await pool.close()
        return { held, results: all, read }
      })
      expect(held).toBeGreaterThan(0)
      expect(held).toBeLessThan(20)
      expect(read).toBe(2000)
      expect(results).toEqual(Array.from({ length: 2000 }, (_, n) => n))
    })
  })

  describe('what is transferred', () => {
    it('an ArrayBuffer is moved there and back', async () => {
      const got = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        // One thread, which is asked afterwards what is left there.
        const pool = tasksPool({ size: 1, concurrency: 2 })
        const { tasks } = pool
        const buffers = [1, 2, 3].map((n) => new Uint8Array(1000).fill(n))
        const transfer = ({ buffer }: Uint8Array) => [buffer as ArrayBuffer]
        const sums = await valuesOf(rxjs.from(buffers).pipe(parallel.parallelMap(tasks.sum, { transfer })))
        const left = buffers.map(({ byteLength }) => byteLength)
        const back = await pool.run(tasks.bytesAway, 'left')
        const leftThere = await pool.run(tasks.told, 'left')
        await pool.close()
        return { sums, left, back: [...back], leftThere }
      })
      expect(got).toEqual({
        sums: [1000, 2000, 3000],
        left: [0, 0, 0],
        back: [0, 0, 0, 0, 0, 0, 0, 0],
        leftThere: 0,
      })
    })

    it('an ImageBitmap is moved there, and another one back', async () => {
      const got = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        const pool = tasksPool()
        const data = new ImageData(2, 1)
        data.data.set([10, 20, 30, 255, 200, 100, 0, 255])
        const picture = await createImageBitmap(data)
        const [result] = await valuesOf(
          rxjs
            .of(picture)
            .pipe(parallel.parallelMap(pool.tasks.negative, { transfer: (each: ImageBitmap) => [each] })),
        )
        const context = new OffscreenCanvas(2, 1).getContext('2d')!
        context.drawImage(result!.negative, 0, 0)
        const negative = [...context.getImageData(0, 0, 2, 1).data]
        await pool.close()
        return { first: result!.first, negative, left: picture.width }
      })
      expect(got).toEqual({
        first: [10, 20, 30, 255],
        negative: [245, 235, 225, 255, 55, 155, 255, 255],
        left: 0,
      })
    })

    it('a thread draws on a canvas of the page', async () => {
      const pixel = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
        const pool = tasksPool()
        const canvas = document.body.appendChild(document.createElement('canvas'))
        canvas.width = canvas.height = 4
        const items = rxjs.of({ canvas: canvas.transferControlToOffscreen(), colour: 'rgb(1, 2, 3)' })
        const fill = parallel.parallelMap(pool.tasks.fill, { transfer: ({ canvas }) => [canvas] })
        const [size] = await valuesOf(items.pipe(fill))
        const context = new OffscreenCanvas(4, 4).getContext('2d', { willReadFrequently: true })!
        const pixel = () => {
          context.drawImage(canvas, 0, 0)
          return [...context.getImageData(3, 3, 1, 1).data]
        }
        while (pixel()[3] === 0) await new Promise((resolve) => requestAnimationFrame(resolve))
        await pool.close()
        return [size, pixel()]
      })
      expect(pixel).toEqual([
        [4, 4],
        [1, 2, 3, 255],
      ])
    })

    it('what can not be sent is told by its place', async () => {
      const errors = await kit.evaluate(async ({ rxjs, parallel, tasksPool, outcomeOf }) => {
        const pool = tasksPool()
        const outcomeWith = async (value: unknown) =>
          (await outcomeOf(rxjs.of(value).pipe(parallel.parallelMap(pool.tasks.identity)))).error!
        const errors = [
          await outcomeWith({ items: [{ onDone: () => 0 }] }),
          await outcomeWith({ where: { element: document.body } }),
        ]
        await pool.close()
        return errors.map(({ classes, message }) => [classes[0], message])
      })
      expect(errors).toEqual([
        ['CloneError', expect.stringContaining('items[0].onDone is a function')],
        ['CloneError', expect.stringContaining('where.element')],
      ])
    })
  })

  it('memory is shared where the page may share it, and refused where not', async () => {
    const got = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf, outcomeOf }) => {
      const pool = tasksPool()
      const { tasks } = pool
      // There is no SharedArrayBuffer by that name where memory can't be sent.
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
      const cells = new Int32Array(memory.buffer)
      const { error } = await outcomeOf(
        rxjs.range(0, 1000).pipe(
          rxjs.map(() => cells),
          parallel.parallelMap(tasks.increment),
        ),
      )
      const [made] = await outcomeOf(parallel.fromTask(tasks.memory, 4)).then(
        ({ values, error }) => [values[0]?.[0] ?? error?.classes[0]] as const,
      )
      const after = await valuesOf(rxjs.of(1).pipe(parallel.parallelMap(tasks.double)))
      await pool.close()
      return { sum: cells[0], refused: error?.classes[0], made, after }
    })
    if (isolated) expect(got).toEqual({ sum: 1000, refused: undefined, made: 42, after: [2] })
    else expect(got).toEqual({ sum: 0, refused: 'CloneError', made: 'ReferenceError', after: [2] })
  })

  describe('an error', () => {
    it('keeps its class, stack, cause and own properties', async () => {
      const { error, isPaintError } = await kit.evaluate(async ({ PaintError, tasksPool, tell }) => {
        const pool = tasksPool()
        const run = async function callerInThePage() {
          return await pool.run(pool.tasks.paint)
        }
        const error = await run().catch((error: unknown) => error)
        await pool.close()
        return { error: tell(error), isPaintError: error instanceof PaintError }
      })
      expect(isPaintError).toBe(true)
      expect(error.message).toBe('no paint is plaid')
      expect(error.own).toEqual({ colour: 'plaid' })
      expect(error.stack).toMatch(/^PaintError: no paint is plaid\n.*throwDeepInside.*callerInThePage/s)
      expect(error.cause).toMatchObject({ classes: ['RangeError', 'Error'], message: 'the wavelength' })
    })

    it('of the browser itself keeps its name', async () => {
      const error = await kit.evaluate(async ({ tasksPool }) => {
        const pool = tasksPool()
        const error = (await pool.run(pool.tasks.domException).catch((each) => each)) as DOMException
        await pool.close()
        return [error instanceof Error, error.name, error.message]
      })
      expect(error).toEqual([true, 'DataError', 'too late'])
    })
  })

  it('a failed item is tried again', async () => {
    const runs = await kit.evaluate(async ({ rxjs, parallel, tasksPool, valuesOf }) => {
      const pool = tasksPool({ size: 1 })
      const retried = rxjs
        .of({ name: 'fails twice', times: 2 })
        .pipe(parallel.parallelMap(pool.tasks.failTimes, { retry: 2 }))
      const runs = await valuesOf(retried)
      await pool.close()
      return runs
    })
    expect(runs).toEqual([3])
  })

  it('a loop that has been cancelled costs its thread only where no memory is shared', async () => {
    const [before, after] = await kit.evaluate(async ({ rxjs, parallel, tasksPool }) => {
      const pool = tasksPool({ size: 1 })
      const before = await pool.run(pool.tasks.threadId, 0)
      const channel = new BroadcastChannel('loops')
      const looping = new Promise((resolve) => channel.addEventListener('message', resolve, { once: true }))
      const loop = rxjs.of(channel.name).pipe(parallel.parallelMap(pool.tasks.loopOn)).subscribe()
      await looping
      channel.close()
      loop.unsubscribe()
      const after = await pool.run(pool.tasks.threadId, 0)
      await pool.close()
      return [before, after]
    })
    expect(after === before).toBe(isolated)
  })
})
