import { defineConfig } from 'tsup'

type Entries = Record<string, string>

/** What users import: each also gets type declarations, and a line in package.json's exports. */
const publicEntries: Entries = {
  index: 'lib/index.ts',
  worker: 'lib/worker/index.ts',
  msgpack: 'lib/msgpack/index.ts',
}

/** Files that the library itself starts in a thread, by `new URL('./NAME.js', import.meta.url)`. */
const threadEntries: Entries = {
  inlineWorker: 'lib/worker/inlineWorker.ts',
  tsBootstrap: 'lib/pool/tsBootstrap.ts',
}

// rollup turns `import.meta.url` into something that guesses by `document`, which is wrong under jsdom.
// In Node's CommonJS the file's own name is always right; the mark lets files that don't use it drop it.
const cjsFileUrl = "const cjsFileUrl = /* @__PURE__ */ require('node:url').pathToFileURL(__filename).href;"

export default defineConfig({
  entry: { ...publicEntries, ...threadEntries },
  format: ['esm', 'cjs'],
  dts: { entry: publicEntries },
  external: ['rxjs', 'threads', 'msgpackr'],
  // One copy of shared code an output format, or `instanceof` fails across entries.
  splitting: true,
  treeshake: true,
  target: 'node20',
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  banner: ({ format }) => (format === 'cjs' ? { js: cjsFileUrl } : undefined),
  esbuildOptions(options, { format }) {
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': 'cjsFileUrl' }
  },
})
