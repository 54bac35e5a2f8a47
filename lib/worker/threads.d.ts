// What we use of threads.js in a thread: its own declarations can't be found through its exports.
declare module 'threads/worker' {
  export function expose(methods: Readonly<Record<string, (...args: never[]) => unknown>>): void
}
