import Tinypool from 'tinypool'
import { execArgv, workerFile } from '../workers/file.js'
import { THREADS } from './competitor.js'
import { itemByItem } from './itemByItem.js'

export const tinypool = itemByItem('tinypool', () => {
  const pool = new Tinypool({
    filename: workerFile('tinypool').href,
    minThreads: THREADS,
    maxThreads: THREADS,
    execArgv,
  })
  return {
    call: (name, item) => pool.run(item, { name }),
    move: (name, buffer) => pool.run(buffer, { name, transferList: [buffer] }),
    close: () => pool.destroy(),
  }
})
