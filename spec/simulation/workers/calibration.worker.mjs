import { expose } from 'rxjs-parallel/worker'
import { tasks } from '../../bench/workers/tasks.mjs'

export default expose({
  plusOne: tasks.plusOne,
  spin: tasks.spin,
  /** Milliseconds that this thread has worked so far. */
  active: () => performance.eventLoopUtilization().active,
})
