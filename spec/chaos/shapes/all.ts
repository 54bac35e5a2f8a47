import { balancedShape, broadcastShape, byKeyShape, sortedShape } from './branches.js'
import { chainShape } from './chain.js'
import { localShape, longShape } from './long.js'
import { leftShape, mapShape } from './map.js'
import { producerShape } from './producer.js'
import { runsShape } from './runs.js'
import type { Shape } from './shape.js'

export const shapes: readonly Shape[] = [
  mapShape,
  leftShape,
  chainShape,
  producerShape,
  runsShape,
  byKeyShape,
  balancedShape,
  broadcastShape,
  sortedShape,
  longShape,
  localShape,
]
