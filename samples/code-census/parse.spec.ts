import { describe, expect, it } from 'vitest'
import { parse } from './parse.js'

describe('parse', () => {
  it('counts lines as an editor does', () => {
    expect(['', '\n', 'a', 'a\n', 'a\nb', 'a\r\nb\r\n'].map((text) => parse('a.js', text).lines)).toEqual([
      0, 1, 1, 1, 2, 2,
    ])
  })

  it('counts everything that has a body to be run', () => {
    const text = `
      function declared() {}
      const arrow = () => 1, expression = function () {}
      class A { constructor() {} method() {} get x() { return 1 } set x(v) {} #own = () => 2 }
      const object = { method() {}, async *generator() {} }
      declare function onlyDeclared(): void
      function overloaded(): void
      interface I { method(): void }
      abstract class B { abstract method(): void }`
    expect(parse('a.ts', text).functions).toBe(10)
  })

  it('finds the longest, of equals the first, nested ones included', () => {
    const text = 'function a() {\n}\nfunction b() {\n\n  const c = () => {\n  }\n}\nfunction d() {\n\n\n\n}\n'
    expect(parse('a.js', text).longest).toEqual({ name: 'b', line: 3, lines: 5, complexity: 1 })
  })

  it.each([
    ['function a() {}', 'a'],
    ['const b = () => {}', 'b'],
    ['x.y = function () {}', 'x.y'],
    ['({ c: async () => {} })', 'c'],
    ['class X { constructor() {} }', 'constructor'],
    ['class X { #d() {} }', '#d'],
    ['class X { e = () => {} }', 'e'],
    ['(() => {})()', '(anonymous)'],
    ['export default function () {}', '(anonymous)'],
  ])('names the function in %s', (text, name) => {
    expect(parse('a.ts', text).longest?.name).toBe(name)
  })

  it.each([
    ['', 1],
    ['if (a) b; else if (c) d; else e', 3],
    ['for (;;) {} for (a in b) {} for (a of b) {} while (a) {} do {} while (a)', 6],
    ['switch (a) { case 1: case 2: b; default: c }', 3],
    ['try {} catch {} finally {}', 2],
    ['a && b || (c ?? d) ? e : f', 5],
    ['a &&= b; a ||= b; a ??= b; a += b', 4],
    ['a?.b', 1],
    ['if (a) () => b ? c : d', 2],
  ])('counts the decisions in { %s }', (body, complexity) => {
    const text = `function f() { ${body} }`
    expect(parse('a.js', text).longest).toMatchObject({ name: 'f', complexity })
  })

  it('tells the first mistake and where it is', () => {
    expect(() => parse('a.js', 'let a = 1\nlet b = (2\nlet c = ')).toThrow(
      new SyntaxError("line 3: ')' expected."),
    )
  })

  it('walks trees that are deeper than calls can be', () => {
    const sum = `const f = () => 1${' + 1'.repeat(20_000)}`
    expect(parse('a.js', sum)).toMatchObject({ functions: 1, lines: 1 })
  })
})
