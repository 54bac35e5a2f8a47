import { Directive, ElementRef, inject, output } from '@angular/core'
import type { Point } from '../fractal/view'

/** Something grows by a factor, and a point stays where it is: the middle, if none is given. */
export interface Zoom {
  readonly factor: number
  readonly at?: Point
}

/** Pixels that an arrow key moves the picture by. */
const step = 80

/** What a wheel's delta comes to in pixels: it may be told in lines or in pages, too. */
const wheelPixels = [1, 16, 400]

/** Dragging, pinching, the wheel and the keyboard on a canvas, in its own pixels. */
@Directive({
  selector: 'canvas[appGestures]',
  host: {
    '(pointerdown)': 'press($event)',
    '(pointermove)': 'drag($event)',
    '(pointerup)': 'release($event)',
    '(pointercancel)': 'release($event)',
    '(wheel)': 'turn($event)',
    '(dblclick)': 'zoomed.emit({ factor: 2, at: pointOf($event) })',
    '(keydown)': 'type($event)',
  },
})
export class Gestures {
  /** The picture is to move by so much. */
  readonly panned = output<Point>()
  readonly zoomed = output<Zoom>()
  /** The whole of it is to be shown. */
  readonly homed = output<void>()

  private readonly canvas: HTMLCanvasElement = inject(ElementRef).nativeElement
  /** Where fingers, or the mouse, are. */
  private readonly pointers = new Map<number, Point>()

  protected press(event: PointerEvent): void {
    if (event.button !== 0) return
    this.canvas.setPointerCapture(event.pointerId)
    this.pointers.set(event.pointerId, this.pointOf(event))
  }

  protected drag(event: PointerEvent): void {
    const from = this.pointers.get(event.pointerId)
    if (!from) return
    const to = this.pointOf(event)
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1]
    this.pointers.set(event.pointerId, to)
    if (!other) return this.panned.emit({ x: to.x - from.x, y: to.y - from.y })
    // Of two fingers, the one that rests is the fixed point: zooming and turning about it in turns is a pinch.
    const factor = distance(to, other) / Math.max(1, distance(from, other))
    if (factor > 0) this.zoomed.emit({ factor, at: other })
  }

  protected release(event: PointerEvent): void {
    this.pointers.delete(event.pointerId)
  }

  protected turn(event: WheelEvent): void {
    event.preventDefault()
    // Pinching on a touchpad comes as a wheel with Ctrl, in small steps.
    const speed = event.ctrlKey ? 0.01 : 0.002
    const turned = event.deltaY * wheelPixels[event.deltaMode]!
    this.zoomed.emit({ factor: Math.exp(-speed * turned), at: this.pointOf(event) })
  }

  protected type(event: KeyboardEvent): void {
    const action = this.actionOf(event.key)
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    action()
  }

  private actionOf(key: string): (() => void) | undefined {
    const actions: Record<string, () => void> = {
      ArrowLeft: () => this.panned.emit({ x: step, y: 0 }),
      ArrowRight: () => this.panned.emit({ x: -step, y: 0 }),
      ArrowUp: () => this.panned.emit({ x: 0, y: step }),
      ArrowDown: () => this.panned.emit({ x: 0, y: -step }),
      '+': () => this.zoomed.emit({ factor: 1.5 }),
      '=': () => this.zoomed.emit({ factor: 1.5 }),
      '-': () => this.zoomed.emit({ factor: 1 / 1.5 }),
      Home: () => this.homed.emit(),
      '0': () => this.homed.emit(),
    }
    return Object.hasOwn(actions, key) ? actions[key] : undefined
  }

  /** In whole pixels of the canvas, so that moves add up to where the pointer is. */
  protected pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top, width, height } = this.canvas.getBoundingClientRect()
    return {
      x: Math.round(((clientX - left) * this.canvas.width) / width),
      y: Math.round(((clientY - top) * this.canvas.height) / height),
    }
  }
}

const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y)
