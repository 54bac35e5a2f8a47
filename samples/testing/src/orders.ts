// #region pipeline
import type { Observable } from 'rxjs'
import { filter } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap } from 'rxjs-parallel'
import type { Order } from './orders.worker.js'

type OrdersPool = Pool<typeof import('./orders.worker.js')>

/** The pool is an argument: the program gives one of threads, and a test one that runs in the test's own thread. */
export const largeOrders = (orders$: Observable<Order>, pool: OrdersPool) =>
  orders$.pipe(
    parallelMap(pool.tasks.price),
    filter(({ total }) => total >= 100),
  )
// #endregion
