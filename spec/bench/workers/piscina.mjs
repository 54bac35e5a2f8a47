import { move } from 'piscina'
import { batched, tasks } from './tasks.mjs'

// Piscina looks up what to run by the names of the exports.
export const { plusOne, reprice, spin } = tasks
export const { plusOneEach, repriceEach, spinEach } = batched
export const touch = (buffer) => move(tasks.touch(buffer))
