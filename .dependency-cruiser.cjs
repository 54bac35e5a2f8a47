// Imports point one way: operators -> flow -> pool -> wire -> worker is how a value walks.
// Each room lists what it may import; everything else in lib is out of bounds for it.

const rooms = {
  wire: ['wire', 'errors'],
  worker: ['worker', 'wire', 'errors', 'shared'], // shared: narrowed to parts.ts below
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
const nats = '^node_modules/@nats-io/'
const nest = '^node_modules/(@nestjs|prom-client)/'

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
      'worker-loads-shared-by-parts',
      'What threads share is loaded where something is shared, in one piece.',
      { path: at('worker') },
      { path: at('shared'), pathNot: '^lib/shared/revive\\.ts$' },
    ),
    error(
      'what-is-shared-loads-no-rxjs',
      'A worker of plain tasks loads none.',
      { path: '^lib/shared/', pathNot: '^lib/shared/shared(State|Map)\\.ts$' },
      { path: '^node_modules/rxjs/', dependencyTypesNot: ['type-only'] },
    ),
    error(
      'what-is-shared-is-made-elsewhere',
      'Threads have copies; what makes a state or a map brings RxJS along.',
      { path: '^lib/shared/', pathNot: '^lib/shared/shared(State|Map)\\.ts$' },
      { path: '^lib/shared/shared(State|Map)\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    error(
      'worker-loads-shared-late',
      'Of the thread, what loads parts does.',
      { path: at('worker'), pathNot: '^lib/worker/(node|browser)/parts\\.ts$' },
      { path: at('shared') },
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
      'nats-in-nats',
      'Only lib/nats knows the client of NATS: it is an optional peer dependency.',
      { path: '^lib/', pathNot: at('nats') },
      { path: nats },
    ),
    error(
      'nats-when-asked',
      'One file loads it, by import(), when a first connection is made.',
      { path: '^lib/', pathNot: '^lib/nats/connection\\.ts$' },
      { path: nats, dependencyTypesNot: ['type-import', 'type-only'] },
    ),
    error(
      'nest-in-nestjs',
      'Only lib/nestjs knows Nest and prom-client: they are optional peer dependencies.',
      { path: '^lib/', pathNot: at('nestjs') },
      { path: nest },
    ),
    error(
      'nest-common-only',
      'What the module needs is decorators and types: an application chooses its core, health checks and metrics.',
      { path: at('nestjs') },
      { path: '^node_modules/@nestjs/(?!common/)' },
    ),
    error(
      'prom-client-when-asked',
      'Metrics are optional: loaded by import() only.',
      { path: at('nestjs') },
      {
        path: '^node_modules/prom-client/',
        dependencyTypesNot: ['dynamic-import', 'type-import', 'type-only'],
      },
    ),
    error(
      'angular-in-angular',
      'Only lib/angular knows Angular, and only its core: it is an optional peer dependency.',
      { path: '^lib/' },
      { path: '^node_modules/@angular/(?!core/)' },
    ),
    error(
      'angular-core-in-angular',
      'Only lib/angular knows Angular: it is an optional peer dependency.',
      { path: '^lib/', pathNot: at('angular') },
      { path: '^node_modules/@angular/' },
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
    // Projects of their own: of a test runner each (spec/package/recipes.ts), and Angular's.
    exclude: { path: '^samples/(testing/.*\\.test\\.ts$|angular-app/)' },
    doNotFollow: { path: ['node_modules', '^dist/'] },
    enhancedResolveOptions: {
      conditionNames: ['import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
}
