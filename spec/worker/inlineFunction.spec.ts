import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParallelError } from '../../lib/errors.js'
import { isParallelError } from '../../lib/errors.js'
import { explainUnbound, reviveFunction } from '../../lib/worker/inlineFunction.js'

/** The source as the main side sends it: in brackets, since an arrow function is an expression only there. */
function revive(
  run: string | ((...args: any[]) => unknown),
  functions: Record<string, string | ((...args: any[]) => unknown)> = {},
  values: Record<string, unknown> = {},
) {
  return reviveFunction({
    code: `(${run})`,
    functions: Object.entries(functions).map(([name, source]): [string, string] => [name, `(${source})`]),
    values,
  })
}

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (thrown) {
    return thrown
  }
  throw new Error('it threw nothing')
}

describe('reviveFunction', () => {
  it('brings a function back that takes and returns what it did', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        expect(revive((x: number, y: number) => x * 3 + y)(a, b)).toBe(a * 3 + b)
      }),
    )
  })

  it.each<[string, string]>([
    ['an arrow function', '(x) => x + 1'],
    ['a function', 'function (x) { return x + 1 }'],
    ['a function with a name, which it can call itself by', 'function f(x) { return x > 0 ? f(0) : 1 + 1 }'],
    ['a function of several lines', '(x) => {\n  // with a comment\n  return x + 1\n}'],
  ])('%s', (_what, source) => {
    expect(revive(source)(1)).toBe(2)
  })

  it('brings back what is asynchronous, and what emits many', async () => {
    expect(await revive('async (x) => x + 1')(1)).toBe(2)
    expect([
      ...(revive('function* (n) { for (let i = 0; i < n; i++) yield i }')(3) as Iterable<number>),
    ]).toEqual([0, 1, 2])
  })

  it('binds values by their names, as they are', () => {
    const name = fc.stringMatching(/^[a-z_$][\w$]{0,8}$/).filter((word) => isVariable(word))
    fc.assert(
      fc.property(name, fc.anything(), (word, value) => {
        expect(revive(`() => ${word}`, {}, { [word]: value })()).toBe(value)
      }),
    )
  })

  it.each(['$values', '__name', 'args', 'run', 'values', 'functions', 'code', 'async', 'of', 'get'])(
    'binds any name that a variable may have: %s',
    (name) => {
      expect(revive(`() => ${name}`, {}, { [name]: 7 })()).toBe(7)
      expect(revive(`() => ${name}()`, { [name]: '() => 8' })()).toBe(8)
    },
  )

  it('binds functions that call each other, themselves, and values', () => {
    const isEven = revive(
      '(n) => even(n)',
      {
        even: '(n) => n === zero || odd(n - 1)',
        odd: '(n) => n !== zero && even(n - 1)',
      },
      { zero: 0 },
    )
    fc.assert(
      fc.property(fc.nat(200), (n) => {
        expect(isEven(n)).toBe(n % 2 === 0)
      }),
    )
  })

  it('binds names in place of global ones, for this function alone', () => {
    expect(revive('(x) => Math.abs(x)', {}, { Math: { abs: () => 'mine' } })(-1)).toBe('mine')
    expect(revive('(x) => Math.abs(x)')(-1)).toBe(1)
  })

  it('knows the helper by which compilers keep the names of functions', () => {
    expect(revive('() => { const f = __name(() => 5, "f"); return f() }')()).toBe(5)
  })

  it('keeps what is set from call to call, as long as the channel lives', () => {
    const counter = revive('() => ++counts.n', {}, { counts: { n: 0 } })
    expect([counter(), counter(), counter()]).toEqual([1, 2, 3])
  })

  it('throws where the source is none', () => {
    expect(() => revive('(x) =>')).toThrow(SyntaxError)
  })
})

describe('explainUnbound', () => {
  it('says what to do about a name that is bound to nothing', () => {
    const thrown = thrownBy(() => revive('(x) => helper(x)')(1))
    const explained = explainUnbound(thrown) as ParallelError
    expect(isParallelError(explained, 'UNBOUND_NAME')).toBe(true)
    expect(explained.cause).toBe(thrown)
    expect(explained.message).toContain("'helper'")
    expect(explained.message).toContain('{ bindings: { helper } }')
  })

  it('leaves everything else as it is', () => {
    const others: unknown[] = [
      new Error('helper is not defined'),
      new TypeError('x is not a function'),
      // A variable of the function's own that it uses too early.
      thrownBy(() => revive('() => { const y = z; const z = 1; return y }')()),
      new ReferenceError('this and that is not defined'),
      'helper is not defined',
      undefined,
      null,
    ]
    for (const each of others) expect(explainUnbound(each)).toBe(each)
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(explainUnbound(thrown)).toBe(thrown)
      }),
    )
  })
})

function isVariable(word: string): boolean {
  try {
    new Function(`const ${word} = 0`)
    return true
  } catch {
    return false
  }
}
