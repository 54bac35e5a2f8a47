import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { CodecKind } from '../../lib/wire/codec.js'
import { codecNamed, isAsItIs, registerCodec } from '../../lib/wire/codec.js'

const kind = (name: string): CodecKind => ({
  name,
  module: 'file:///codec.js',
  encoder: () => ({ encode: (values) => ({ payload: values, transfer: [], sent: () => {} }) }),
  decoder: () => ({ decode: (payload) => payload as unknown[] }),
})

it('finds a codec by its name, whichever copy of the library has registered it', () => {
  expect(codecNamed('plain')).toBeUndefined()
  const plain = kind('plain')
  expect(registerCodec(plain)).toBe(plain)
  expect(codecNamed('plain')).toBe(plain)
  expect((globalThis as any)[Symbol.for('rxjs-parallel.codecs')].get('plain')).toBe(plain)
})

it('knows the one that was registered last under a name', () => {
  const [first, second] = [kind('same'), kind('same')]
  registerCodec(first)
  registerCodec(second)
  expect(codecNamed('same')).toBe(second)
})

it.each(['[1, {}]', 'new Float64Array(2)'])('%s goes as it is, of whatever realm it is', (code) => {
  expect([isAsItIs(runInNewContext(code)), isAsItIs(new Function(`return ${code}`)())]).toEqual([true, true])
})

it.each([
  'new Uint8Array(2)',
  'new DataView(new ArrayBuffer(8))',
  'new ArrayBuffer(8)',
  '({ sealed: [] })',
  'null',
  '"text"',
])('%s does not', (code) => {
  expect([isAsItIs(runInNewContext(code)), isAsItIs(new Function(`return ${code}`)())]).toEqual([
    false,
    false,
  ])
})
