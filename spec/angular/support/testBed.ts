/**
 * Angular's TestBed, for specs that run in jsdom and begin with an import of @angular/compiler: decorators are compiled
 * as they run.
 * @module
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Type } from '@angular/core'
import {
  Component,
  createEnvironmentInjector,
  EnvironmentInjector,
  InjectionToken,
  runInInjectionContext,
} from '@angular/core'
import type { ComponentFixture } from '@angular/core/testing'
import { TestBed } from '@angular/core/testing'
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing'
import type { Pool } from 'rxjs-parallel'
import { injectPool, provideThreadPool } from 'rxjs-parallel/angular'
import type { ContractPool, ContractPoolOptions } from 'rxjs-parallel/testing'
import { afterEach } from 'vitest'

TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting())
afterEach(() => {
  TestBed.resetTestingModule()
})

export const TASKS = new InjectionToken<Pool<typeof import('../../fixtures/tasks.worker.mjs')>>('TASKS')
export const STAGES = new InjectionToken<Pool<typeof import('../../fixtures/stages.worker.mjs')>>('STAGES')

/** The pool that is provided for a token, as the application has it. */
export const injected = <M>(token: InjectionToken<Pool<M>>): Pool<M> =>
  TestBed.runInInjectionContext(() => injectPool(token))

/** A real thread, as a pool's function makes it; jsdom has a URL of its own, and no Worker. */
export const startWorker = (file: string) => () => new Worker(join(process.cwd(), 'spec/fixtures', file))

/** A component on the page, which Angular keeps up to date. */
export function show<C>(component: Type<C>): ComponentFixture<C> {
  const fixture = TestBed.createComponent(component)
  fixture.autoDetectChanges()
  return fixture
}

export const textOf = ({ nativeElement }: ComponentFixture<unknown>): string =>
  (nativeElement as HTMLElement).textContent ?? ''

/** Decorates a class: esbuild has no decorators' metadata, and needs none here. */
export const component = <C>(type: Type<C>, options: Component): Type<C> => Component(options)(type)

/** A pool for `poolContract`, as an application has it. */
export function contractPool(options: ContractPoolOptions): ContractPool {
  const token = new InjectionToken<ContractPool>('CONTRACT')
  const provider = provideThreadPool(token, startWorker('contract.worker.mjs'), {
    startTimeout: 50_000,
    ...options,
  })
  const injector = createEnvironmentInjector([provider], TestBed.inject(EnvironmentInjector))
  return runInInjectionContext(injector, () => injectPool(token))
}
