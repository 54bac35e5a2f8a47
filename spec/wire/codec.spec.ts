import { expect, it } from 'vitest'
import type { CodecKind } from '../../lib/wire/codec.js'
import { codecNamed, registerCodec } from '../../lib/wire/codec.js'

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
