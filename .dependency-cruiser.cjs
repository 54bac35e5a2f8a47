// Imports point one way: operators -> flow -> pool -> wire -> worker is how a value walks.
// Each room lists what it may import; everything else in lib is out of bounds for it.

const rooms = {
  wire: ['wire', 'errors'],
  worker: ['worker', 'wire', 'errors'],
  flow: ['flow', 'pool', 'wire', 'errors'], // pool and wire: narrowed to types below
  pool: ['pool', 'flow', 'wire', 'worker', 'errors'], // worker: narrowed to types below
  operators: ['operators', 'flow', 'pool', 'wire', 'errors'],
  shared: ['shared', 'wire', 'errors'],
  msgpack: ['msgpack', 'wire', 'errors'],
}
const entries = ['testing', 'nestjs', 'angular', 'nats', 'msgpack']

/** The folder of a room, or errors.ts, as a regular expression. */
const at = (name) => (name === 'errors' ? '^lib/errors\\.ts$' : `^lib/${name}/`)

const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

// By the files that these names resolve to.
const threads = '^node_modules/threads/(?!.*worker)'
const threadsWorker = '^node_modules/threads/(dist/)?worker'
const msgpackr = '^node_modules/msgpackr/'

const oneImporter = (name, room, path) => [
  error(
    `${name}-in-${room}`,
    `Only lib/${room} knows ${name}.`,
    { path: '^lib/', pathNot: at(room) },
    { path },
  ),
  {
    name: `${name}-once`,
    comment: `One file imports ${name}: it is not maintained, and has to stay replaceable.`,
    severity: 'error',
    from: { path: '^lib/' },
    module: { path, numberOfDependentsMoreThan: 1 },
  },
]

module.exports = {
  forbidden: [
    error('errors-is-a-leaf', 'errors.ts imports nothing of lib.', { path: at('errors') }, { path: '^lib/' }),

    ...Object.entries(rooms).map(([room, allowed]) =>
      error(
        `room-${room}`,
        `lib/${room} may import ${allowed.join(', ')}.`,
        { path: at(room) },
        { path: '^lib/', pathNot: allowed.map(at) },
      ),
    ),
    error(
      'pool-knows-worker-by-type',
      'What runs in a thread is loaded there, not here.',
      { path: at('pool') },
      { path: at('worker'), dependencyTypesNot: ['type-only'] },
    ),
    error(
      'flow-knows-the-seam-only',
      'Of the pool, bookkeeping sees seam.ts.',
      { path: at('flow') },
      { path: at('pool'), pathNot: '^lib/pool/seam\\.ts$' },
    ),
    error(
      'flow-knows-others-by-type',
      'Bookkeeping runs without threads.',
      { path: at('flow') },
      { path: at('pool'), dependencyTypesNot: ['type-only'] },
    ),

    ...entries.map((entry) =>
      error(
        `entry-${entry}`,
        'Entries may import anything but each other.',
        { path: at(entry) },
        { path: entries.filter((other) => other !== entry).map(at) },
      ),
    ),
    error(
      'no-imports-of-index',
      'index.ts is for users.',
      { path: '^lib/' },
      { path: '^lib/(index|[^/]+/index)\\.ts$' },
    ),
    error('no-cycles', 'Not even of types.', { path: '^lib/' }, { circular: true }),
    error(
      'samples-import-the-package',
      "Samples show what users write: import by the package's name.",
      { path: '^samples/' },
      { path: '^(lib|dist)/', dependencyTypes: ['local'] },
    ),

    ...oneImporter('threads', 'pool', threads),
    ...oneImporter('threads-worker', 'worker', threadsWorker),
    error(
      'msgpackr-in-msgpack',
      'Only lib/msgpack knows msgpackr: it is an optional peer dependency.',
      { path: '^lib/', pathNot: at('msgpack') },
      { path: msgpackr },
    ),
    error(
      'no-rxjs-at-run-time',
      'RxJS 9 changes Observables; and a worker of plain tasks loads none. Stages are streams, so may.',
      { path: ['^lib/(flow|wire|worker)/'], pathNot: '^lib/worker/stage[^/]*$' },
      { path: '^node_modules/rxjs/', dependencyTypesNot: ['type-only'] },
    ),
    error('resolvable', 'An import of a missing file.', {}, { couldNotResolve: true }),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Types count as imports, too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '^dist/'] },
    enhancedResolveOptions: {
      conditionNames: ['import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
}
