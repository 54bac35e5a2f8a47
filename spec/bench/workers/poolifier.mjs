import { ThreadWorker } from 'poolifier'
import { tasks } from './tasks.mjs'

// It has no way of moving a result: a buffer comes back as a copy.
export default new ThreadWorker(tasks)
