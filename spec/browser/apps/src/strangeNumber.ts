import { registerError } from 'rxjs-parallel/worker'

export class StrangeNumber extends Error {
  constructor(readonly n: number) {
    super(`${n} is strange`)
  }
}
// By a name that bundlers leave alone.
registerError(StrangeNumber, 'StrangeNumber')
