import { expose } from 'rxjs-parallel/worker'

export default expose({
  root(n: number) {
    if (n < 0) throw new RangeError(`${n} has no root`)
    return Math.sqrt(n)
  },
})
