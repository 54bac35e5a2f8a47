import type { Mutex, SharedEvent, SharedState } from 'rxjs-parallel'
import { contractTasks } from 'rxjs-parallel/testing'
import { expose, task } from 'rxjs-parallel/worker'
import { PaintError } from './paintError.js'

/** What ends the thread that runs it, in a browser's ways. */
const ends = {
  timer: () => {
    setTimeout(() => {
      throw new RangeError('of a timer')
    })
  },
  rejection: () => void Promise.reject(new RangeError('that nobody handles')),
  close: () => self.close(),
}

export interface Mortal {
  readonly value: number
  /** How its thread ends, if it does. */
  readonly end?: keyof typeof ends | undefined
}

interface Shared {
  readonly lock: Mutex
  readonly began: SharedEvent
  readonly state: SharedState<{ count: number }>
}

function drawing(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d')
  if (!context) throw new Error('a thread has no 2d context')
  return context
}

function throwDeepInside(): never {
  throw new PaintError('plaid', { cause: new RangeError('the wavelength') })
}

export default expose({
  ...contractTasks,
  liveOrDie: ({ value, end }: Mortal): unknown => {
    if (!end) return value
    ends[end]()
    return new Promise(() => {})
  },
  paint: () => throwDeepInside(),
  domException: () => {
    throw new DOMException('too late', 'DataError')
  },
  /** Its first pixel, and the picture turned into its negative. */
  negative: task((picture: ImageBitmap, { transfer }) => {
    const context = drawing(picture.width, picture.height)
    context.drawImage(picture, 0, 0)
    const pixels = context.getImageData(0, 0, picture.width, picture.height)
    const first = [...pixels.data.slice(0, 4)]
    pixels.data.forEach((value, n) => {
      if (n % 4 < 3) pixels.data[n] = 255 - value
    })
    context.putImageData(pixels, 0, 0)
    const negative = context.canvas.transferToImageBitmap()
    return transfer({ first, negative }, [negative])
  }),
  /** Fills a canvas of the page with a colour. */
  fill: async ({ canvas, colour }: { readonly canvas: OffscreenCanvas; readonly colour: string }) => {
    const context = canvas.getContext('2d')!
    context.fillStyle = colour
    context.fillRect(0, 0, canvas.width, canvas.height)
    // It is shown when the next frame is.
    await new Promise((resolve) => requestAnimationFrame(resolve))
    return [canvas.width, canvas.height]
  },
  /** Takes so many milliseconds, and leaves its thread to others meanwhile. */
  wait: async (milliseconds: number) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    return milliseconds
  },
  /** Takes so many milliseconds of its thread. */
  spin: (milliseconds: number) => {
    const end = performance.now() + milliseconds
    while (performance.now() < end) Math.random()
    return milliseconds
  },
  /** Loops until it is cancelled, and says so on a channel now and then, which needs no turn of its thread. */
  loopOn: task((name: string, context) => {
    const channel = new BroadcastChannel(name)
    for (let said = 0; !context.cancelled; ) {
      if (performance.now() - said < 20) continue
      channel.postMessage('looping')
      said = performance.now()
    }
    channel.close()
  }),
  /** Adds one so often, in two steps that nobody may come between. */
  addUnderLock: task(async (times: number, { shared }) => {
    const { lock, state } = shared as unknown as Shared
    for (let i = 0; i < times; i++)
      await lock.run(async () => {
        const { count } = await state.latest()
        await state.update({ count: count + 1 })
      })
  }),
  block: task((timeout: number, { shared }) =>
    (shared as unknown as Shared).lock.runSync(() => 'held', { timeout }),
  ),
  holdForEver: task(async (_: null, { shared }) => {
    const { lock, began } = shared as unknown as Shared
    await lock.acquire()
    began.set()
    await new Promise(() => {})
  }),
  memory: (length: number) => {
    const cells = new Int32Array(new SharedArrayBuffer(4 * length))
    cells[0] = 42
    return cells
  },
})
