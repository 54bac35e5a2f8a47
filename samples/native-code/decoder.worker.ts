import { expose } from 'rxjs-parallel/worker'

export default expose({
  /** Stands for a native decoder: of some input it doesn't throw, but ends the process that it runs in. */
  decode: (picture: string) => {
    if (picture.startsWith('broken')) process.abort()
    return `${picture} is ${picture.length * 100} pixels wide`
  },
})
