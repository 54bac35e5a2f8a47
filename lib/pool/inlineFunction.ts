/**
 * Functions without a worker file: their source travels to a thread, with the names that they are bound to.
 * @module
 */

import { evalForbidden } from '../errors.js'
import { describe } from '../wire/describe.js'
import type { TaskSource } from '../wire/messages.js'
import { badArgument } from './checks.js'
import { platform } from './node/platform.js'
import { checkPoolOptions } from './poolOptions.js'
import type { Pool } from './seam.js'
import { poolOf } from './threadPool.js'

/**
 * What the names that an inline function uses stand for in the thread: functions, or values that can be cloned.
 * @inline
 */
export type Bindings = Readonly<Record<string, unknown>>

let pool: Pool | undefined

/** The pool that all inline functions of this process share; its threads leave when they have been idle for a while. */
export function inlineFunctionPool(): Pool {
  pool ??= poolOf(platform.inlineWorker, checkPoolOptions({ idleTimeout: 10_000 }, 'of inline functions'))
  return pool
}

/** Makes a function ready to be sent. Throws ParallelError `INVALID_ARGUMENT` where it or a binding has no source. */
export function inlineSource(
  caller: string,
  run: (...args: never[]) => unknown,
  bindings: Bindings,
): TaskSource {
  const functions: [string, string][] = []
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(bindings)) {
    if (!isVariableName(name))
      throw badArgument(caller, `bindings: '${name}' can't be the name of a variable`)
    if (typeof value === 'function')
      functions.push([name, sourceOf(caller, `bindings.${name}`, value as typeof run)])
    else values[name] = value
  }
  return { code: sourceOf(caller, 'the function', run), functions, values }
}

function sourceOf(caller: string, what: string, run: (...args: never[]) => unknown): string {
  const source = Function.prototype.toString.call(run)
  if (/\{\s*\[native code\]\s*\}$/.test(source))
    throw badArgument(
      caller,
      `${what} is native or bound (${describe(run.name)}), and so has no source to send; wrap it: (x) => f(x)`,
    )
  return isMethod(source) ? `({ ${source} })[${JSON.stringify(run.name)}]` : `(${source})`
}

function isVariableName(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name) && parses(`const ${name} = 0`)
}

/** Whether it is JavaScript; only parsed, never run. */
function parses(code: string): boolean {
  try {
    new Function(code)
    return true
  } catch (error) {
    // A page may forbid it, whatever the code is.
    if (error instanceof EvalError) throw evalForbidden(error)
    return false
  }
}

/** `{ name(x) { … } }` gives a source without the word function, which is no expression by itself. */
function isMethod(source: string): boolean {
  if (/^(async\s+)?function\b|^class\b/.test(source)) return false
  // An arrow or a function expression stands in brackets, a method doesn't.
  return !parses(`return (${source})`)
}
