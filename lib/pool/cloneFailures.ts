/**
 * Finds out which values structured clone would not take, after it has refused several at once.
 * @module
 */
import type { Values } from '../wire/messages.js'
import type { Transport } from '../wire/uncloneable.js'
import { cloneError, findUncloneable, isDetached, transferredBefore } from '../wire/uncloneable.js'

/** What must be moved with these values; or, where that can't be, errors by item. */
export function transferList(
  values: Values,
  transfer: ((value: never) => readonly Transferable[]) | undefined,
  place: (item: number) => string,
): { transfer: Transferable[] | undefined; failures: ReadonlyMap<number, unknown> | undefined } {
  if (!transfer) return { transfer: undefined, failures: undefined }
  const moved = new Set<Transferable>()
  const failures = new Map<number, unknown>()
  for (const [item, value] of values.entries()) {
    try {
      for (const part of transfer(value as never)) {
        if (moved.has(part) || isDetached(part)) throw transferredBefore(place(item))
        moved.add(part)
      }
    } catch (thrown) {
      failures.set(item, thrown)
    }
  }
  return { transfer: [...moved], failures: failures.size > 0 ? failures : undefined }
}

/** An error for each value that is to blame, by its place among them. Never empty. */
export function cloneFailures(
  sent: Values,
  place: (item: number) => string,
  cause: unknown,
  transfer: readonly Transferable[] | undefined,
  by?: Transport,
): ReadonlyMap<number, unknown> {
  const values: unknown[] = Array.from(sent)
  const moved = new Set<unknown>(transfer)
  const bad = values.flatMap((value, item) => (findUncloneable(value, '', moved, by) ? [item] : []))
  // Where no value is at fault, the list of what to move is.
  const failed = bad.length > 0 ? bad : values.map((_, item) => item)
  return new Map(failed.map((item) => [item, cloneError(values[item], place(item), 'to', cause, moved, by)]))
}

/** Sends what goes before the first value that can't be sent, and returns the error for that one. */
export function sendOneByOne(
  values: Values,
  send: (value: unknown) => void,
  place: () => string,
  by?: Transport,
): Error | undefined {
  for (const value of values) {
    try {
      send(value)
    } catch (cause) {
      return cloneError(value, place(), 'to', cause, undefined, by)
    }
  }
  return undefined
}
