/**
 * For tests of what uses pools.
 * @module rxjs-parallel/testing
 */

export { cloneCheck } from './cloneCheck.js'
export type {
  ContractPool,
  ContractPoolOptions,
  PoolCapabilities,
} from './contract/contractCase.js'
export { contractTasks } from './contract/contractTasks.js'
export {
  type MakeContractPool,
  type PoolContractCase,
  type PoolContractOptions,
  poolContract,
} from './contract/poolContract.js'
export { type InlinePoolOptions, inlinePool } from './inlinePool.js'
