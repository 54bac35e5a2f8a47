/**
 * The worker module of pools that run inline functions: it exposes nothing, since their functions travel to it.
 * @module
 */
import { expose } from './expose.js'

expose({})
