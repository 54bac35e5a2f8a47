import { expose, task } from 'rxjs-parallel/worker'
import { tasks } from './tasks.mjs'

export default expose({
  ...tasks,
  touch: task((buffer, { transfer }) => transfer(tasks.touch(buffer), [buffer])),
})
