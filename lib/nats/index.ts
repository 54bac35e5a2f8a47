/**
 * Pools whose threads are on other machines.
 * @module rxjs-parallel/nats
 */
export type { NatsPoolOptions } from './caller/natsPool.js'
export { natsPool } from './caller/natsPool.js'
export type { ConnectOptions } from './options.js'
export type { ServeOptions, Serving } from './serving/serveTasks.js'
export { serveTasks } from './serving/serveTasks.js'
