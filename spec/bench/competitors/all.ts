import { barePort } from './barePort.js'
import type { Competitor } from './competitor.js'
import { ours } from './ours.js'
import { piscina, piscinaBatched, readableMap } from './piscina.js'
import { poolifier } from './poolifier.js'
import { threadsPool } from './threadsJs.js'
import { tinypool } from './tinypool.js'
import { workerPool } from './workerpool.js'

export const pools: readonly Competitor[] = [
  piscina,
  tinypool,
  poolifier,
  workerPool,
  threadsPool,
  readableMap,
]
const byHand: readonly Competitor[] = [64, 256, 1024].map(piscinaBatched)
export const rivals: readonly Competitor[] = [ours(), ...pools, ...byHand]
export const rivalsAndLimit: readonly Competitor[] = [...rivals, barePort]
