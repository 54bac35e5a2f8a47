import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'

/** esbuild doesn't know workers: they are entry points of their own, whose URLs end as what it makes of them. */
const workerUrls = {
  name: 'worker-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      return { loader: 'ts', contents: code.replace(/(new URL\('[^']+)\.ts'/g, "$1.js'") }
    })
  },
}

await build({
  entryPoints: ['src/main.ts', 'src/numbers.worker.ts'],
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  splitting: true,
  plugins: [workerUrls],
})
