import { Module } from '@nestjs/common'
import { ParallelModule } from 'rxjs-parallel/nestjs'
import { FactorsController } from './factors.controller.js'

@Module({
  imports: [
    ParallelModule.forRoot({
      pools: [{ name: 'factors', worker: new URL('./factors.worker.js', import.meta.url) }],
    }),
  ],
  controllers: [FactorsController],
})
export class AppModule {}
