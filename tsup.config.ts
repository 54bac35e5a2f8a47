import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile, Plugin } from 'esbuild'
import { build as bundle } from 'esbuild'
import type { Options } from 'tsup'
import { defineConfig } from 'tsup'

type Entries = Record<string, string>

/** What users import: each also gets type declarations, and a line in package.json's exports. */
const publicEntries: Entries = {
  index: 'lib/index.ts',
  worker: 'lib/worker/index.ts',
  angular: 'lib/angular/index.ts',
  msgpack: 'lib/msgpack/index.ts',
  testing: 'lib/testing/index.ts',
}

/** The same, of what isn't for browsers. */
const nodeEntries: Entries = {
  nestjs: 'lib/nestjs/index.ts',
  nats: 'lib/nats/index.ts',
}

/** Files that the library itself starts in a thread or a process, by `new URL('./NAME.js', import.meta.url)`. */
const threadEntries: Entries = {
  inlineWorker: 'lib/worker/inlineWorker.ts',
  tsBootstrap: 'lib/pool/node/tsBootstrap.ts',
  processMain: 'lib/worker/node/processMain.ts',
  processWatch: 'lib/worker/node/processWatch.ts',
}

/** In the build for browsers what is imported of a folder `node` is the file of the same name in `browser`. */
const browserFiles: Plugin = {
  name: 'browser-files',
  setup(build) {
    build.onResolve({ filter: /^\..*\/node\/[^/]+\.js$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace('/node/', '/browser/').replace(/\.js$/, '.ts')),
    }))
  },
}

/** The worker of inline functions as one text, with the part of threads.js that is in it, and what that asks to be told. */
const inlineWorkerCode: Plugin = {
  name: 'inline-worker-code',
  setup(build) {
    build.onResolve({ filter: /\/inlineWorkerCode\.js$/ }, () => ({
      path: 'code',
      namespace: 'inline-worker',
    }))
    build.onLoad({ filter: /.*/, namespace: 'inline-worker' }, async () => {
      const { outputFiles, metafile } = await bundle({
        entryPoints: ['lib/worker/inlineWorker.ts'],
        bundle: true,
        write: false,
        metafile: true,
        minify: true,
        format: 'iife',
        platform: 'browser',
        target: 'es2022',
        plugins: [browserFiles],
      })
      return { contents: `export default ${JSON.stringify(licencesIn(metafile) + outputFiles[0]!.text)}` }
    })
  },
}

/** The licences of the packages whose files are in a bundle, as a comment. */
function licencesIn({ inputs }: Metafile): string {
  const packages = Object.keys(inputs).map((file) => /^node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1])
  const texts = [...new Set(packages)].filter((name) => name !== undefined).map(licenceOf)
  return `/*\n${texts.join('\n\n')}\n*/\n`
}

function licenceOf(name: string): string {
  const folder = `node_modules/${name}`
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
  if (file === undefined) throw new Error(`${name} is in the worker of inline functions, and has no licence`)
  return `${name}\n${readFileSync(join(folder, file), 'utf8').trim()}`
}

// rollup turns `import.meta.url` into something that guesses by `document`, which is wrong under jsdom.
// In Node's CommonJS the file's own name is always right; the mark lets files that don't use it drop it.
const cjsFileUrl = "const cjsFileUrl = /* @__PURE__ */ require('node:url').pathToFileURL(__filename).href;"

/**
 * In CommonJS, modules that are loaded when they are needed are required, too: Jest has no `import()` there. What is
 * known by a variable only is the user's, and may be an ES module.
 */
const requireLater: NonNullable<Options['plugins']>[number] = {
  name: 'require-later',
  renderChunk(code) {
    if (this.format !== 'cjs') return
    return {
      code: code.replace(/\bimport\((["'][^"']+["'])\)/g, 'Promise.resolve().then(() => require($1))'),
    }
  },
}

const common: Options = {
  external: [
    'rxjs',
    'threads',
    'msgpackr',
    '@angular/core',
    '@nats-io/jetstream',
    '@nats-io/transport-node',
    '@nestjs/common',
    'prom-client',
  ],
  // One copy of shared code an output format, or `instanceof` fails across entries.
  splitting: true,
  treeshake: true,
  removeNodeProtocol: false,
  sourcemap: true,
}

const forNode: Options = {
  ...common,
  entry: { ...publicEntries, ...nodeEntries, ...threadEntries },
  format: ['esm', 'cjs'],
  // For `using`: a project's own libraries may be older, and it may not skip the check of declarations.
  dts: {
    entry: { ...publicEntries, ...nodeEntries },
    banner: '/// <reference lib="esnext.disposable" />',
  },
  target: 'node20',
  clean: ['!browser/**'],
  plugins: [requireLater],
  banner: ({ format }) => (format === 'cjs' ? { js: cjsFileUrl } : undefined),
  esbuildOptions(options, { format }) {
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': 'cjsFileUrl' }
  },
}

const forBrowsers: Options = {
  ...common,
  entry: publicEntries,
  format: ['esm'],
  outDir: 'dist/browser',
  platform: 'browser',
  target: 'es2022',
  clean: true,
  esbuildPlugins: [browserFiles, inlineWorkerCode],
}

export default defineConfig([forNode, forBrowsers])
