/** A module of this folder, as a URL. Workers are plain JavaScript: Node runs them as they are. */
export function workerFile(name: string): URL {
  return new URL(`./${name}.mjs`, import.meta.url)
}

/** Threads don't load tsx, which this thread was started with. */
export const execArgv: string[] = []
