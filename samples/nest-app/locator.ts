import { Injectable } from '@nestjs/common'
import type { OperatorFunction } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap } from 'rxjs-parallel'
import { InjectPool } from 'rxjs-parallel/nestjs'
import type { Answer, Row } from './point.js'

// #region locator
type CountriesPool = Pool<typeof import('./countries.worker.js')>

@Injectable()
export class Locator {
  constructor(@InjectPool('countries') private readonly pool: CountriesPool) {}

  /** What finds the country of each place, in its threads. */
  locate(): OperatorFunction<Row, Answer> {
    return parallelMap(this.pool.tasks.locate)
  }
}
// #endregion
