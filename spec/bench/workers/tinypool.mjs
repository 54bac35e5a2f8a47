import Tinypool from 'tinypool'
import { tasks } from './tasks.mjs'

// Tinypool looks up what to run by the names of the exports.
export const { plusOne, reprice, spin } = tasks
export const touch = (buffer) => Tinypool.move(tasks.touch(buffer))
