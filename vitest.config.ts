import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { findChromium } from './spec/browser/support/findChromium.js'
import { findNats } from './spec/nats/support/findNats.js'

const dist = fileURLToPath(new URL('./dist/', import.meta.url))

// Each project loads this file again.
const told = globalThis as { [key: symbol]: boolean }

/** Says once that something isn't there. */
function tellMissing(name: string, sentence: string): void {
  const mark = Symbol.for(`rxjs-parallel.no${name}`)
  if (told[mark]) return
  told[mark] = true
  console.warn(sentence)
}

const chromium = findChromium()
if (!chromium)
  tellMissing(
    'Chromium',
    'no Chromium found: the tests in a browser are left out; install chromium or set CHROMIUM=/path',
  )
const nats = findNats()
if (!nats)
  tellMissing(
    'Nats',
    'no nats-server found: the tests over NATS are left out; install nats-server or set NATS_URL=nats://host:4222',
  )

/** What users install, in a real browser. */
const inBrowser = {
  extends: true as const,
  test: {
    name: 'browser',
    include: ['spec/browser/*.spec.ts'],
    globalSetup: './spec/browser/support/setup.ts',
    // After all others and one by one: each has a browser, which has threads of its own and draws frames.
    sequence: { groupOrder: 1 },
    fileParallelism: false,
    testTimeout: 60_000,
    typecheck: { enabled: false },
  },
}

/** Over a real NATS server. */
const overNats = {
  extends: true as const,
  test: {
    name: 'nats',
    include: ['spec/nats/**/*.spec.ts', 'samples/cluster/*.spec.ts'],
    globalSetup: './spec/nats/support/setup.ts',
    testTimeout: 120_000,
    typecheck: { enabled: false },
  },
}

export default defineConfig({
  resolve: {
    // samples/angular-app has its own, once it is installed; dist loads ours.
    dedupe: ['rxjs'],
    // Specs and samples test what is published.
    alias: [
      { find: /^rxjs-parallel$/, replacement: `${dist}index.js` },
      { find: /^rxjs-parallel\/(.+)$/, replacement: `${dist}$1.js` },
    ],
  },
  test: {
    // Against what hangs only: machines are slow at times, and no test asserts how fast something is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    // What is polled may have threads to start first.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    // Specs start threads of their own.
    maxWorkers: 2,
    // Node loads dist itself, as it will for users: workers and specs then share one rxjs and real file URLs.
    server: { deps: { external: [/\/dist\/[^/]+\.js$/] } },
    provide: { codec: false },
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['{spec,samples}/**/*.spec.ts'],
          // Of processes alone, and in a browser: below.
          exclude: [
            '**/node_modules/**',
            'spec/pool/node/process[A-Z]*.spec.ts',
            'spec/browser/*.spec.ts',
            'spec/nats/**',
            'samples/cluster/**',
          ],
        },
      },
      {
        // What pools do, once more with values that travel by a codec.
        extends: true,
        test: {
          name: 'codec',
          include: [
            'spec/operators/{fanOut,fromTask,fusion,parallelMap,parallelMap.{options,values},pull.backpressure}.spec.ts',
            'spec/integration/{cancellation,errors}.spec.ts',
            'spec/pool/{crash,threadPool}.spec.ts',
          ],
          provide: { codec: true },
          typecheck: { enabled: false },
        },
      },
      {
        // And in processes: see spec/support/isolation.ts.
        extends: true,
        test: {
          name: 'processes',
          include: [
            'spec/operators/{fanOut,fromTask,parallelMap,parallelMap.{retry,timeout}}.spec.ts',
            'spec/integration/{cancellation,closing,errors,stragglers}.spec.ts',
            'spec/pool/{codec,crash,startErrors,threadPool,node/process*}.spec.ts',
          ],
          env: { ISOLATION: 'process' },
          typecheck: { enabled: false },
        },
      },
      ...(chromium ? [inBrowser] : []),
      ...(nats ? [overNats] : []),
    ],
    typecheck: {
      enabled: true,
      checker: 'tsc',
      include: ['spec/types/**/*.test-d.ts'],
      tsconfig: './spec/types/tsconfig.json',
      spawnTimeout: 60_000,
    },
  },
})
