/** Milliseconds that an item has for stopping when it is told to; then its thread is ended. */
export const gracePeriod = 1000
