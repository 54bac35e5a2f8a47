// What the samples use of threads.js beside what is declared elsewhere: its own declarations can't be found through its
// exports.
declare module 'threads' {
  export interface Pool<Thread> {
    completed(): Promise<unknown>
  }
}
