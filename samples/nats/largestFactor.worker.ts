import { expose } from 'rxjs-parallel/worker'

export default expose({
  largestFactor: (n: number) => {
    let largest = n
    for (let d = 2; d * d <= largest; d++) while (largest % d === 0 && largest > d) largest /= d
    return largest
  },
})
