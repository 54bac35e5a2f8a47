// Minified and gzipped, without rxjs, threads, msgpackr and Node's own modules.
//
// An entry's budget is what importing it loads. What it loads later, by import() when a first thread starts, has
// budgets of its own below: nobody waits for it who doesn't use a pool.
const lazy = [
  'engine',
  'thread',
  'shareWith',
  'nodeHost',
  'browserHost',
  'inlineWorker',
  'process',
  'connect',
  'joinPool',
  'stageRunner',
  'revive',
  'natsEngine',
  'natsService',
  'localEngine',
]

const ignored = ['rxjs', 'threads', 'msgpackr', 'node:*', ...lazy.map((chunk) => `./${chunk}-*`)]

const budget = (name, path, limit, imported, ignore = ignored) => ({
  name,
  path,
  import: imported,
  limit,
  gzip: true,
  ignore,
  modifyEsbuildConfig: (config) => ({ ...config, format: 'esm' }), // import.meta needs it
})

export default [
  budget('rxjs-parallel', 'dist/index.js', '28.2 kB'),
  // What of it a bundler keeps: locks and state are left out where nobody uses them.
  budget('rxjs-parallel without locks', 'dist/index.js', '14.4 kB', '{ threadPool, parallelMap }'),
  budget('rxjs-parallel/worker', 'dist/worker.js', '3 kB'),
  budget('rxjs-parallel/msgpack', 'dist/msgpack.js', '4 kB'),
  // All that runs in a pool's engine and in its threads, too, and the contract suite.
  budget('rxjs-parallel/testing', 'dist/testing.js', '61.8 kB'),
  // What they add to the main entry, which whoever imports them imports, too.
  budget('rxjs-parallel/angular', 'dist/browser/angular.js', '4 kB', undefined, [
    ...ignored,
    '@angular/core',
    './chunk-*',
  ]),
  budget('rxjs-parallel/nestjs', 'dist/nestjs.js', '4 kB', undefined, [
    ...ignored,
    '@nestjs/common',
    'prom-client',
    './chunk-*',
  ]),
  // As the two above. What it loads once it is used has budgets of its own.
  ...[
    ['rxjs-parallel/nats', 'dist/nats.js', '4 kB'],
    ['what a first pool over NATS loads', 'dist/natsEngine-*.js', '7.3 kB'],
    ['what a process that serves over NATS loads', 'dist/natsService-*.js', '6.4 kB'],
  ].map(([name, path, limit]) =>
    budget(name, path, limit, undefined, [...ignored, '@nats-io/*', './chunk-*']),
  ),
  budget('what a first pool loads', 'dist/engine-*.js', '11.1 kB'),
  budget('what a first pool of threads loads', 'dist/thread-*.js', '7.1 kB'),
  budget('what a first pool that shares something loads', 'dist/shareWith-*.js', '3 kB'),
  budget('what a thread of Node takes', 'dist/nodeHost-*.js', '3 kB'),
  budget('what a first pool of processes loads', 'dist/process-*.js', '11 kB'),
  budget('what a thread loads', 'dist/connect-*.js', '13.3 kB'),
  budget('what a process loads besides', 'dist/processMain.js', '3.3 kB'),
  budget('what a thread loads for stages', 'dist/stageRunner-*.js', '6 kB'),
  budget('what a thread loads for locks', 'dist/revive-*.js', '10.5 kB'),

  // The builds for browsers. A worker is one file, and a bundler leaves the part for stages out where there are none.
  budget('in a browser: rxjs-parallel', 'dist/browser/index.js', '27.7 kB'),
  budget(
    'in a browser: rxjs-parallel without locks',
    'dist/browser/index.js',
    '14.2 kB',
    '{ threadPool, parallelMap }',
  ),
  budget('in a browser: rxjs-parallel/worker', 'dist/browser/worker.js', '23.2 kB'),
  budget(
    'in a browser: rxjs-parallel/worker without contexts',
    'dist/browser/worker.js',
    '13.7 kB',
    '{ expose }',
  ),
  budget('in a browser: what a first pool loads', 'dist/browser/engine-*.js', '11.4 kB'),
  budget('in a browser: what a first thread loads', 'dist/browser/{thread,browserHost}-*.js', '9 kB'),
  budget('in a browser: what inline functions load', 'dist/browser/inlineWorker-*.js', '21.1 kB'),
]
