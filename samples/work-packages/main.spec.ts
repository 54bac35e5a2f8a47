import { lastValueFrom, toArray } from 'rxjs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { consumed, main, startPools } from './main.js'
import producer from './producer.worker.js'
import type { WorkPackage } from './workPackage.js'
import { toFunction, toText } from './workPackage.js'

let pools: ReturnType<typeof startPools>
beforeEach(() => {
  pools = startPools()
})
afterEach(() => Promise.all(pools.map((pool) => pool.close())))

it('sends a function as its text', () => {
  const { name, source } = structuredClone(
    toText(function twice(text) {
      return text + text
    }),
  )
  expect(name).toBe('twice')
  expect(toFunction({ name, source })('ab')).toBe('abab')
})

it('sends the same packages at every run, of all five functions', () => {
  const packages = [...producer.produce(1, 50)]
  expect([...producer.produce(1, 50)]).toEqual(packages)
  const names = new Set(packages.flatMap(({ functions }) => functions.map(({ name }) => name)))
  expect([...names].sort()).toEqual(['capitalize', 'lower', 'removeSpaces', 'strip', 'upper'])
})

it('applies the functions of each package, one by one', async () => {
  const results = await lastValueFrom(consumed(pools, 3, 20).pipe(toArray()))
  const sent = [1, 2, 3].flatMap((number) => [...producer.produce(number, 20)])
  expect(results.map(({ producer, names, steps }) => [producer, names, steps]).sort()).toEqual(
    sent.map((one) => [one.producer, one.functions.map(({ name }) => name), stepsOf(one)]).sort(),
  )
})

it('says which of the consuming threads did it', async () => {
  const results = await lastValueFrom(consumed(pools, 3, 20).pipe(toArray()))
  const [, consumers] = pools
  const known = consumers.stats.threads.map(({ threadId }) => threadId)
  for (const { threadId } of results) expect(known).toContain(threadId)
})

it('prints each package and its steps', async () => {
  const lines: string[] = []
  await main((line) => lines.push(line))
  expect(lines.filter((line) => line.startsWith('producer'))).toHaveLength(15)
  const [first] = producer.produce(1, 1)
  expect(lines.join('\n')).toMatch(
    new RegExp(`producer 1 sent '${first!.text}', thread \\S+ applied\n  \\w+: '`),
  )
})

function stepsOf({ text, functions }: WorkPackage): string[] {
  const steps = [text]
  for (const { name } of functions) steps.push(byHand[name]!(steps.at(-1)!))
  return steps
}

const byHand: Record<string, (text: string) => string> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  strip: (text) => text.replace(/^ +| +$/g, ''),
  capitalize: (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  removeSpaces: (text) => text.split(' ').join(''),
}
