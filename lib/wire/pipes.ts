/**
 * The pipes of a pool's process, by its own file descriptors. They end when either side does.
 * @module
 */
export const pipes = {
  toProcess: 3,
  fromProcess: 4,
  /** Nothing goes through it: its end says that the main side is gone. */
  watched: 5,
} as const
