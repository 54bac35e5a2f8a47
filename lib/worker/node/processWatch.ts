/**
 * The thread that ends a process when its main side is gone, in case that computes and would not notice.
 * @module
 */
import { Socket } from 'node:net'
import { pipes } from '../../wire/pipes.js'

/** Milliseconds in which the process may end by itself. */
const grace = 1000

new Socket({ fd: pipes.watched })
  .resume()
  .on('error', () => {})
  .on('close', () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), grace))
