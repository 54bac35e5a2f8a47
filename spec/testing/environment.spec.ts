import { cloneCheck, inlinePool } from 'rxjs-parallel/testing'
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
})

it.each([
  ['inlinePool', () => inlinePool({ double: (n: number) => n * 2 })],
  ['cloneCheck', () => cloneCheck(1)],
])('%s says what to do where structuredClone is missing, as in jest-environment-jsdom', (name, use) => {
  expect(use).not.toThrow()
  vi.stubGlobal('structuredClone', undefined)
  expect(use).toThrow(`${name} copies values by structuredClone`)
  expect(use).toThrow('@jest-environment node')
})
