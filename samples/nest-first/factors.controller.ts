import { Controller, Get, Param, ParseIntPipe } from '@nestjs/common'
import type { Pool } from 'rxjs-parallel'
import { InjectPool } from 'rxjs-parallel/nestjs'

@Controller('factors')
export class FactorsController {
  constructor(@InjectPool('factors') private readonly pool: Pool<typeof import('./factors.worker.js')>) {}

  @Get(':n')
  factors(@Param('n', ParseIntPipe) n: number): Promise<number[]> {
    return this.pool.run(this.pool.tasks.factors, n)
  }
}
