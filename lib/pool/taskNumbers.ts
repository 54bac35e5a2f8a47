/**
 * The numbers under which a thread knows tasks: those of worker modules by name, for good; inline functions while they
 * are used.
 * @module
 */
import type { Work } from '../flow/work.js'
import type { ToThread } from '../wire/messages.js'
import type { Transport } from '../wire/uncloneable.js'
import { cloneError, isCloneable } from '../wire/uncloneable.js'
import { taskKey } from './taskKey.js'

/** Where the thread is told of them. */
interface TaskPort {
  readonly transport?: Transport
  /** Throws what structured clone throws. */
  post(message: ToThread): void
}

export class TaskNumbers {
  private readonly known = new Map<string | object, number>()
  private next = 1

  constructor(private readonly port: TaskPort) {}

  /** The number of what the work runs, which the thread has been told; or what keeps that from being sent. */
  of({ steps, timeout }: Work): number | Error {
    const key = taskKey(steps, timeout)
    const known = this.known.get(key)
    if (known !== undefined) return known
    const id = this.next++
    const { port } = this
    try {
      const plain = steps.map(({ task, spread }) => ({ task, spread }))
      port.post({ type: 'task', id, steps: plain, timeout })
    } catch (cause) {
      const bindings = steps.flatMap(({ task }) => ('values' in task ? [task.values] : []))
      const bad = bindings.find((each) => !isCloneable(each, port.transport))
      return cloneError(bad, 'bindings', 'to', cause, undefined, port.transport)
    }
    this.known.set(key, id)
    return id
  }

  /** The work is over. An inline function is known by its operator: with that it goes. */
  drop({ steps }: Work): void {
    const key = taskKey(steps)
    const id = typeof key === 'string' ? undefined : this.known.get(key)
    if (id === undefined) return
    this.known.delete(key)
    this.port.post({ type: 'dropTask', id })
  }
}
