/**
 * Brings a function back from its source, with the names that it was bound to.
 * @module
 */
import { evalForbidden, ParallelError } from '../errors.js'
import type { TaskSource } from '../wire/messages.js'

type InlineSource = Extract<TaskSource, { code: string }>

/**
 * Compiles an inline function. All bindings stand in one scope, so that bound functions can call each other and
 * themselves by name.
 */
export function reviveFunction({ code, functions, values }: InlineSource): (...args: unknown[]) => unknown {
  const names = Object.keys(values)
  const body = [...functions.map(([name, source]) => `const ${name} = ${source}`), `return ${code}`]
  // Values are arguments, functions stand in a block of their own: no name of ours can be in the way of theirs.
  // Compilers that keep function names (esbuild, and so tsx and vitest) wrap functions in a call of __name.
  const run = `return (__name) => (${names.join(', ')}) => {\n${body.join('\n')}\n}`
  return compile(run)((f: unknown) => f)(...Object.values(values))
}

function compile(body: string) {
  try {
    return new Function(body)()
  } catch (error) {
    throw error instanceof EvalError ? evalForbidden(error) : error
  }
}

/** What an inline function threw, said so that its writer knows what to do. */
export function explainUnbound(error: unknown): unknown {
  const name = error instanceof ReferenceError ? /^(\S+) is not defined$/.exec(error.message)?.[1] : undefined
  if (name === undefined) return error
  return new ParallelError(
    'UNBOUND_NAME',
    `the inline function uses '${name}', which is neither among its bindings nor global in a thread; ` +
      `add it: { bindings: { ${name} } }, or move the function to a worker module`,
    { cause: error },
  )
}
