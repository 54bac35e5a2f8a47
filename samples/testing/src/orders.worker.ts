// #region worker
import { expose } from 'rxjs-parallel/worker'

export interface Order {
  id: string
  lines: { price: number; quantity: number }[]
}

export default expose({
  price({ id, lines }: Order) {
    if (lines.length === 0) throw new RangeError(`order ${id} is empty`)
    return { id, total: lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0) }
  },
})
// #endregion
