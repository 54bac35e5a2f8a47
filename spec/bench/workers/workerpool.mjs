import workerpool from 'workerpool'
import { tasks } from './tasks.mjs'

workerpool.worker({
  ...tasks,
  touch: (buffer) => new workerpool.Transfer(tasks.touch(buffer), [buffer]),
})
