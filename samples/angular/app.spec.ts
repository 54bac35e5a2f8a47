// @vitest-environment jsdom
import '@angular/compiler'
import { mergeApplicationConfig, provideZonelessChangeDetection } from '@angular/core'
import { TestBed } from '@angular/core/testing'
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing'
import { provideThreadPool } from 'rxjs-parallel/angular'
import { afterEach, expect, it } from 'vitest'
import { appConfig, PRIMES } from './app.config.js'
import { App } from './app.js'
import { serverPools } from './pools.server.js'

TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting())
afterEach(() => {
  TestBed.resetTestingModule()
})

it.each([
  ['on threads', [provideThreadPool(PRIMES, 'samples/angular/primes.worker.ts', { size: 2 })]],
  ['inline, as on a server', mergeApplicationConfig(appConfig, serverPools).providers],
])('counts primes %s', async (_, providers) => {
  TestBed.configureTestingModule({ providers: [provideZonelessChangeDetection(), ...providers] })
  const fixture = TestBed.createComponent(App)
  fixture.componentInstance.limit.set(10_000)
  await fixture.whenStable()
  expect(fixture.nativeElement.textContent).toContain('1229 primes below 10000')
  fixture.componentInstance.limit.set(100)
  await fixture.whenStable()
  expect(fixture.nativeElement.textContent).toContain('25 primes below 100,')
})
