import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const dist = fileURLToPath(new URL('./dist/', import.meta.url))

export default defineConfig({
  resolve: {
    // Specs and samples test what is published.
    alias: [
      { find: /^rxjs-parallel$/, replacement: `${dist}index.js` },
      { find: /^rxjs-parallel\/(.+)$/, replacement: `${dist}$1.js` },
    ],
  },
  test: {
    testTimeout: 20_000,
    pool: 'forks',
    // Specs start threads of their own.
    maxWorkers: 2,
    // Node loads dist itself, as it will for users: workers and specs then share one rxjs and real file URLs.
    server: { deps: { external: [/\/dist\/[^/]+\.js$/] } },
    provide: { codec: false },
    projects: [
      { extends: true, test: { name: 'all', include: ['{spec,samples}/**/*.spec.ts'] } },
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
    ],
    typecheck: {
      enabled: true,
      checker: 'tsc',
      include: ['spec/types/**/*.test-d.ts'],
      tsconfig: './spec/types/tsconfig.json',
    },
  },
})
