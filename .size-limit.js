// Minified and gzipped, without rxjs, threads, msgpackr and Node's own modules.
//
// An entry's budget is what importing it loads. What it loads later, by import() when a first thread starts, has
// budgets of its own below: nobody waits for it who doesn't use a pool.
const lazy = ['engine', 'connect', 'stageRunner']

const budget = (name, path, limit) => ({
  name,
  path,
  limit,
  gzip: true,
  ignore: ['rxjs', 'threads', 'msgpackr', 'node:*', ...lazy.map((chunk) => `./${chunk}-*`)],
  modifyEsbuildConfig: (config) => ({ ...config, format: 'esm' }), // import.meta needs it
})

export default [
  budget('rxjs-parallel', 'dist/index.js', '17.5 kB'),
  budget('rxjs-parallel/worker', 'dist/worker.js', '3 kB'),
  budget('rxjs-parallel/msgpack', 'dist/msgpack.js', '4 kB'),
  budget('what a first pool loads', 'dist/engine-*.js', '12 kB'),
  budget('what a thread loads', 'dist/connect-*.js', '10 kB'),
  budget('what a thread loads for stages', 'dist/stageRunner-*.js', '6 kB'),
]
