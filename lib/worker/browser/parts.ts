/**
 * The parts of a thread, as node/parts.ts has them, but in one piece: bundlers make a worker one file, and some can't
 * do otherwise. What a worker module doesn't use they leave out.
 * @module
 */

import { reviveInThread } from '../../shared/revive.js'
import * as connect from '../connect.js'
import { joinPool } from '../joinPool.js'
import { StageRunner } from '../stageRunner.js'

export const loadConnect = async () => connect
export const loadJoin = () => joinPool
export const loadShared = async () => reviveInThread
export const loadStages = () => StageRunner
