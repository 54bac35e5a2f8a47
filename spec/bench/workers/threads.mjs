import { Transfer } from 'threads'
import { expose } from 'threads/worker'
import { tasks } from './tasks.mjs'

expose({ ...tasks, touch: (buffer) => Transfer(tasks.touch(buffer), [buffer]) })
