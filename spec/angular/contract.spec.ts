import 'zone.js/node'
import '@angular/compiler'
import { ErrorHandler, NgZone, provideZoneChangeDetection } from '@angular/core'
import { TestBed } from '@angular/core/testing'
import { poolContract } from 'rxjs-parallel/testing'
import { beforeEach, describe, expect, it } from 'vitest'
// Not vitest's jsdom: its ArrayBuffer is not the one that comes out of a thread.
import './support/document.js'
import { contractPool } from './support/testBed.js'

// Angular's compiler makes `await` heed zones; as Node runs it, zone.js takes some rejections for unhandled.
const errorHandler = { handleError() {} }

beforeEach(() => {
  TestBed.configureTestingModule({
    providers: [provideZoneChangeDetection(), { provide: ErrorHandler, useValue: errorHandler }],
  })
})

const has = { sharedMemory: true, transfer: true, crash: true, endlessLoops: true, cancelledInLoops: true }
/** V8 doesn't know who awaits a Promise of zone.js. */
const notInZones = "errors: keep the stack of their thread, which the caller's follows"

describe("an application's pool, used in Angular's zone", () => {
  const cases = poolContract(contractPool, { ...has, timeout: 50_000 }).filter(
    ({ name }) => name !== notInZones,
  )
  it('is held to all but one case', () => {
    expect(cases).toHaveLength(poolContract(contractPool, has).length - 1)
  })
  for (const { name, run } of cases) it(name, () => TestBed.inject(NgZone).run(run))
})
