/**
 * Pools in Angular's dependency injection.
 * @module rxjs-parallel/angular
 */
export { injectPool } from './injectPool.js'
export { provideThreadPool, type ThreadPoolProviderOptions } from './provideThreadPool.js'
