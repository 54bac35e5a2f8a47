import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Permits, permitWords } from '../../lib/shared/permits.js'
import { mostPasses, phase, phaseOf } from '../../lib/shared/queue.js'

afterEach(() => vi.restoreAllMocks())

/** One that acquires and releases: what a thread does with a lock, step by step. */
class Actor {
  permit = 0
  slot: number | undefined
  /** Whether it has looked, and others were faster. */
  again = false

  constructor(
    readonly number: number,
    readonly permits: Permits,
  ) {}

  get state(): 'idle' | 'waits' | 'holds' {
    if (this.permit !== 0) return 'holds'
    return this.slot === undefined ? 'idle' : 'waits'
  }

  acquire(): void {
    this.permit = this.permits.tryTake(this.number)
    if (this.permit !== 0) return
    this.slot = this.permits.join(this.number)
    this.again = false
  }

  /** Takes what it was given, or what is free if it was called. */
  look(words: Int32Array): boolean {
    if (!this.isWoken(words)) return false
    this.permit = this.permits.claim(this.slot!, this.number)
    this.again = this.permit === 0
    if (this.again) return false
    this.slot = undefined
    return true
  }

  /** Whether the word that it waits for has changed. */
  isWoken(words: Int32Array): boolean {
    return Atomics.load(words, this.slot!) !== this.permits.wait(this.slot!, this.number, this.again).value
  }

  release(): void {
    const { permit } = this
    this.permit = 0
    this.permits.release(permit, this.number)
  }

  abandon(): void {
    const { permit } = this
    this.permit = 0
    this.permits.abandon(permit, this.number)
  }

  /** Returns whether it waits no more, without a permit. */
  giveUp(): boolean {
    if (!this.permits.giveUp(this.slot!, this.number)) return false
    this.slot = undefined
    return true
  }
}

const main = 1

function scene(count: number, actors: number) {
  const words = permitWords(count)
  return {
    words,
    main: new Permits(words, count),
    actors: Array.from({ length: actors }, (_, i) => new Actor(main + 1 + i, new Permits(words, count))),
  }
}

/** Lets the one who waits look in vain: the holder has it once more. */
function letInsist(holder: Actor, waiter: Actor, words: Int32Array): void {
  holder.release()
  holder.acquire()
  expect(holder.state).toBe('holds')
  expect(waiter.look(words)).toBe(false)
}

/** Lets somebody wait no more: the word that says that somebody does is still there. */
function leaveTrace({ permits }: Actor): void {
  const gone = new Actor(main + 9, permits)
  gone.acquire()
  expect(gone.giveUp()).toBe(true)
}

class Killed extends Error {}

const operations = ['load', 'store', 'add', 'compareExchange', 'notify'] as const

/** What another thread does before the operation of that number. */
interface Between {
  readonly step: number
  run(): void
}

/** Whom those have woken whose operations were counted. */
const notified = new Set<number>()

const never = Number.POSITIVE_INFINITY

/** Lets so many atomic operations through, and ends the one who does the next as `worker.terminate()` would. */
function killAt(step: number, between: readonly Between[]): { stop(): void } {
  let done = 0
  let other = false
  const spies = operations.map((name) => {
    const real = Atomics[name] as (...args: unknown[]) => unknown
    return vi.spyOn(Atomics, name).mockImplementation(((...args: unknown[]) => {
      if (other) return real(...args)
      if (done === step) throw new Killed()
      other = true
      for (const each of between) if (each.step === done) each.run()
      other = false
      done++
      if (name === 'notify') notified.add(args[1] as number)
      return real(...args)
    }) as never)
  })
  return { stop: () => spies.forEach((spy) => void spy.mockRestore()) }
}

/** Whether it was killed. */
function killed(step: number, run: () => void, ...between: Between[]): boolean {
  const kill = killAt(step, between)
  try {
    run()
    return false
  } catch (error) {
    if (error instanceof Killed) return true
    throw error
  } finally {
    kill.stop()
  }
}

describe('permits', () => {
  it('are given in the order in which they were asked for', () => {
    const { actors, words } = scene(1, 4)
    for (const actor of actors) actor.acquire()
    for (const [i, actor] of actors.entries()) {
      if (i > 0) expect(actor.look(words)).toBe(true)
      for (const later of actors.slice(i + 1)) expect(later.look(words)).toBe(false)
      actor.release()
    }
    expect(actors[0]!.permits.tryTake(main)).not.toBe(0)
  })

  it.each([1, 2])('are taken past one who sleeps so often at most, with %i of them', (count) => {
    const { actors, main: other, words } = scene(count, 4)
    for (const actor of actors) actor.acquire()
    const [giver, ...rest] = actors as [Actor, ...Actor[]]
    const sleeper = rest[count - 1]!
    giver.release()
    let passes = 0
    for (let permit = other.tryTake(main); permit !== 0; permit = other.tryTake(main)) {
      passes++
      other.release(permit, main)
    }
    // The one that is over was handed to it.
    expect(passes).toBe(mostPasses - 1)
    expect(sleeper.look(words)).toBe(true)
    // The count begins anew with the next one.
    sleeper.release()
    expect(other.tryTake(main)).not.toBe(0)
  })

  it.each([1, 2])('are not taken past one who is awake, with %i of them', (count) => {
    const { actors, main: other, words } = scene(count, 4)
    for (const actor of actors) actor.acquire()
    const [giver, ...rest] = actors as [Actor, ...Actor[]]
    const waiter = rest[count - 1]!
    giver.release()
    const permit = other.tryTake(main)
    expect(permit).not.toBe(0)
    // Others were faster.
    expect(waiter.look(words)).toBe(false)
    other.release(permit, main)
    expect(other.tryTake(main)).toBe(0)
    expect(waiter.look(words)).toBe(true)
  })

  it.each([1, 2])('are taken by one who looks for a moment, whenever one of %i is given back', (count) => {
    for (let between = 0; between < 24; between++) {
      const { actors, main: looking } = scene(count, count)
      for (const actor of actors) actor.acquire()
      const giver = actors.at(-1)!
      let taken = 0
      killed(
        never,
        () => {
          taken = looking.takeSoon(main)
        },
        { step: between, run: () => giver.release() },
      )
      expect(taken, `given back at ${between}`).toBe(count)
    }
  })

  it('are not taken by one who looks past those who wait', () => {
    for (let between = 0; between < 24; between++) {
      const { actors, words, main: looking } = scene(1, 2)
      const [giver, waiter] = actors as [Actor, Actor]
      giver.acquire()
      waiter.acquire()
      const looks = () => expect(looking.takeSoon(main), `given back at ${between}`).toBe(0)
      killed(never, looks, { step: between, run: () => giver.release() })
      if (giver.state === 'holds') giver.release()
      expect(waiter.look(words)).toBe(true)
    }
  })

  it('are not looked for by one who has them all', () => {
    const { main: looking } = scene(1, 0)
    looking.tryTake(main)
    const load = vi.spyOn(Atomics, 'load')
    expect(looking.takeSoon(main)).toBe(0)
    expect(load.mock.calls.length).toBeLessThan(5)
  })

  it('tell the next holder, and only that one, that a holder is gone', () => {
    const { actors, words, main: recovery } = scene(1, 3)
    const [first, second, third] = actors as [Actor, Actor, Actor]
    first.acquire()
    second.acquire()
    recovery.recover(first.number, main)
    expect(second.look(words)).toBe(true)
    expect(second.permits.isAbandoned(second.permit)).toBe(true)
    third.acquire()
    second.release()
    third.look(words)
    expect(third.permits.isAbandoned(third.permit)).toBe(false)
  })

  it('keep it for who comes later', () => {
    const { actors, main: recovery } = scene(1, 2)
    const [first, second] = actors as [Actor, Actor]
    first.acquire()
    recovery.recover(first.number, main)
    second.acquire()
    expect(second.permits.isAbandoned(second.permit)).toBe(true)
    second.release()
    second.acquire()
    expect(second.permits.isAbandoned(second.permit)).toBe(false)
  })

  const action = fc.record({
    actor: fc.nat(7),
    does: fc.constantFrom('step', 'step', 'step', 'giveUp', 'die'),
    at: fc.nat(40),
  })

  /** Whether it has been handed a permit, though it hasn't looked yet. */
  const isGranted = (actor: Actor, words: Int32Array) =>
    phaseOf(Atomics.load(words, actor.slot!)) === phase.granted

  it('are neither lost nor doubled, and go by turns, whoever dies, at whatever instruction', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 60 }), (count, actions) => {
        const { words, actors, main: recovery } = scene(count, 8)
        let born = actors.length
        /** Those who wait, in the order in which they came. */
        let queue: Actor[] = []
        const firstAsleep = () => queue.find((actor) => !isGranted(actor, words))
        const perform = (actor: Actor, does: string): void => {
          const { state } = actor
          if (state === 'idle') {
            const first = firstAsleep()
            actor.acquire()
            if (actor.slot !== undefined) queue.push(actor)
            else expect(first?.again ?? false, 'has passed one who insists').toBe(false)
          } else if (state === 'holds') actor.release()
          else {
            const before = queue.slice(0, queue.indexOf(actor)).filter((other) => !isGranted(other, words))
            if (!(does === 'giveUp' ? actor.giveUp() : actor.look(words))) return
            queue = queue.filter((other) => other !== actor)
            if (actor.permit !== 0) expect(before, 'past the queue').toEqual([])
          }
        }
        for (const { actor: i, does, at } of actions) {
          const actor = actors[i]!
          if (does !== 'die') {
            perform(actor, does)
          } else {
            killed(at, () => perform(actor, 'step'))
            queue = queue.filter((other) => other !== actor)
            recovery.recover(actor.number, main)
            actors[i] = new Actor(main + ++born, new Permits(words, count))
          }
          const holding = actors.filter((other) => other.state === 'holds')
          expect(new Set(holding.map((other) => other.permit)).size).toBe(holding.length)
          // What is free somebody has been woken for.
          const granted = queue.filter((other) => isGranted(other, words))
          if (holding.length + granted.length < count)
            expect(firstAsleep()?.isWoken(words) ?? true).toBe(true)
        }
        // All come to their end: no permit is gone.
        for (let actor = actors.find(({ state }) => state !== 'idle'); actor; ) {
          for (const other of actors) {
            if (other.state === 'waits') other.look(words)
            if (other.state === 'holds') other.release()
          }
          actor = actors.find(({ state }) => state !== 'idle')
        }
        const all = Array.from({ length: count }, () => recovery.tryTake(main))
        expect(new Set(all).size).toBe(count)
        expect(all).not.toContain(0)
        expect(recovery.tryTake(main)).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    { count: 1, insists: false },
    { count: 2, insists: false },
    { count: 1, insists: true },
    { count: 2, insists: true },
  ])(
    'survive a death at each instruction of a release, $count of them, insists: $insists',
    ({ count, insists }) => {
      for (let step = 0, dies = true; dies; step++) {
        const { words, actors, main: recovery } = scene(count, 5)
        const [giver, ...rest] = actors as [Actor, ...Actor[]]
        giver.acquire()
        for (const actor of rest) actor.acquire()
        const next = rest[count - 1]!
        if (insists) letInsist(giver, next, words)
        dies = killed(step, () => giver.release())
        recovery.recover(giver.number, main)
        const given = rest.filter((actor) => actor.state === 'waits' && actor.look(words))
        expect(given, `killed at ${step}`).toEqual([next])
      }
    },
  )

  it.each([false, true])(
    'survive the death of the next one at each instruction of taking it, handed: %s',
    (handed) => {
      for (let step = 0, dies = true; dies; step++) {
        const { words, actors, main: recovery } = scene(1, 3)
        for (const actor of actors) actor.acquire()
        const [giver, taker, next] = actors as [Actor, Actor, Actor]
        if (handed) letInsist(giver, taker, words)
        giver.release()
        dies = killed(step, () => taker.look(words))
        recovery.recover(taker.number, main)
        if (next.look(words)) continue
        // It had it, and nobody died.
        expect(dies, `killed at ${step}`).toBe(false)
        taker.release()
        expect(next.look(words)).toBe(true)
      }
    },
  )

  it.each([
    { insists: false, passed: false },
    { insists: false, passed: true },
    { insists: true, passed: false },
  ])('wake the next one, though the giver died before it could: $insists, $passed', ({ insists, passed }) => {
    for (let step = 0, dies = true; dies; step++) {
      const { words, actors, main: recovery } = scene(1, 3)
      const [giver, taker, passer] = actors as [Actor, Actor, Actor]
      giver.acquire()
      taker.acquire()
      if (insists) letInsist(giver, taker, words)
      notified.clear()
      dies = killed(step, () => giver.release())
      // One who comes before anybody knows of the death.
      if (passed) passer.acquire()
      killed(never, () => recovery.recover(giver.number, main))
      if (passer.state === 'holds') passer.release()
      expect(taker.isWoken(words), `killed at ${step}`).toBe(true)
      expect(notified, `killed at ${step}`).toContain(taker.slot)
    }
  })

  it.each([false, true])(
    'reach all who come at any moment of a release, even if that is the last one of its thread, waited for before: %s',
    (waited) => {
      for (let between = 0; between < 12; between++)
        for (const death of [never, ...Array.from({ length: 12 }, (_, n) => between + n + 1)]) {
          const { words, actors, main: recovery } = scene(1, 3)
          const [giver, comer, next] = actors as [Actor, Actor, Actor]
          giver.acquire()
          if (waited) leaveTrace(giver)
          const come = () => {
            comer.acquire()
            next.acquire()
          }
          const dies = killed(death, () => giver.release(), { step: between, run: come })
          if (comer.state === 'idle') come()
          if (dies) recovery.recover(giver.number, main)
          for (const actor of [comer, next]) {
            const has = actor.state === 'holds' || actor.look(words)
            expect(has, `came at ${between}, died at ${death}`).toBe(true)
            actor.release()
          }
        }
    },
  )

  it('reach one who comes while they are released, at any moment of its coming', () => {
    for (let between = 0; between < 16; between++) {
      const { words, actors } = scene(1, 2)
      const [giver, comer] = actors as [Actor, Actor]
      giver.acquire()
      let released = false
      const releases = () => {
        released = true
        giver.release()
      }
      killed(never, () => comer.acquire(), { step: between, run: releases })
      if (!released) giver.release()
      expect(comer.state === 'holds' || comer.look(words), `released at ${between}`).toBe(true)
    }
  })

  it('are not taken past one who has looked, at any moment of a release', () => {
    for (let between = 0; between < 24; between++) {
      const { words, actors } = scene(1, 3)
      const [giver, waiter, late] = actors as [Actor, Actor, Actor]
      giver.acquire()
      waiter.acquire()
      letInsist(giver, waiter, words)
      killed(never, () => giver.release(), { step: between, run: () => late.acquire() })
      if (late.state === 'idle') late.acquire()
      expect(late.state, `came at ${between}`).toBe('waits')
      expect(waiter.look(words)).toBe(true)
    }
  })

  it('reach the first one, whenever it looks and whoever comes at any two moments of a release', () => {
    for (let looks = 0; looks < 24; looks++)
      for (let comes = 0; comes < 24; comes++) {
        const { words, actors } = scene(1, 3)
        const [giver, waiter, late] = actors as [Actor, Actor, Actor]
        giver.acquire()
        waiter.acquire()
        killed(
          never,
          () => giver.release(),
          { step: comes, run: () => late.acquire() },
          { step: looks, run: () => void waiter.look(words) },
        )
        if (waiter.state === 'waits' && !waiter.look(words)) {
          expect(late.state, `looked at ${looks}, came at ${comes}`).toBe('holds')
          late.release()
          expect(waiter.look(words)).toBe(true)
        }
      }
  })

  it('reach one who looks, whenever they are released', () => {
    for (let between = 0; between < 16; between++) {
      const { words, actors } = scene(1, 2)
      const [giver, waiter] = actors as [Actor, Actor]
      giver.acquire()
      waiter.acquire()
      giver.release()
      giver.acquire()
      killed(never, () => waiter.look(words), { step: between, run: () => giver.release() })
      if (giver.state === 'holds') giver.release()
      expect(waiter.state === 'holds' || waiter.look(words), `released at ${between}`).toBe(true)
    }
  })

  it('reach the next one as well where one is handed a second one while it takes the first', () => {
    for (let between = 0; between < 24; between++) {
      const { words, actors } = scene(2, 4)
      const [giver, other, waiter, next] = actors as [Actor, Actor, Actor, Actor]
      for (const actor of actors) actor.acquire()
      giver.release()
      let abandoned = false
      const abandons = () => {
        abandoned = true
        other.abandon()
      }
      killed(never, () => waiter.look(words), { step: between, run: abandons })
      if (!abandoned) abandons()
      expect([waiter.state, next.look(words)], `given at ${between}`).toEqual(['holds', true])
      const told = [waiter, next].filter(({ permits, permit }) => permits.isAbandoned(permit))
      expect(told).toHaveLength(1)
    }
  })

  it('reach the next one where the one who was called gives up', () => {
    const { words, actors } = scene(1, 3)
    const [giver, waiter, next] = actors as [Actor, Actor, Actor]
    for (const actor of actors) actor.acquire()
    giver.release()
    expect(waiter.giveUp()).toBe(true)
    expect(next.look(words)).toBe(true)
  })

  it('wake the first one when they are released', () => {
    const { actors } = scene(1, 3)
    const [giver, waiter, next] = actors as [Actor, Actor, Actor]
    for (const actor of actors) actor.acquire()
    notified.clear()
    killed(never, () => giver.release())
    expect(notified).toContain(waiter.slot)
    expect(notified).not.toContain(next.slot)
  })

  it('reach all who come while several are released at once', () => {
    for (let comes = 0; comes < 16; comes++)
      for (let releases = comes; releases < 20; releases++) {
        const { words, actors } = scene(2, 4)
        const [giver, other, ...late] = actors as [Actor, Actor, Actor, Actor]
        giver.acquire()
        other.acquire()
        leaveTrace(giver)
        const come = () => {
          for (const actor of late) actor.acquire()
        }
        killed(
          never,
          () => giver.release(),
          { step: comes, run: come },
          { step: releases, run: () => other.release() },
        )
        if (late[0]!.state === 'idle') come()
        if (other.state === 'holds') other.release()
        for (const actor of late) if (actor.state === 'waits') actor.look(words)
        const states = late.map(({ state }) => state)
        expect(states, `came at ${comes}, released at ${releases}`).toEqual(['holds', 'holds'])
      }
  })
})
