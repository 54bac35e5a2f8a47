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
    include: ['{spec,samples}/**/*.spec.ts'],
    testTimeout: 20_000,
    pool: 'forks',
    // Specs start threads of their own.
    maxWorkers: 2,
    // Node loads dist itself, as it will for users: workers and specs then share one rxjs and real file URLs.
    server: { deps: { external: [/\/dist\/[^/]+\.js$/] } },
    typecheck: {
      enabled: true,
      checker: 'tsc',
      include: ['spec/types/**/*.test-d.ts'],
      tsconfig: './spec/types/tsconfig.json',
    },
  },
})
