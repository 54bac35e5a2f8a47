import { Inject, Injectable, Module } from '@nestjs/common'

@Injectable()
export class Tariff {
  readonly perItem = 20
}

@Injectable()
export class Prices {
  constructor(@Inject(Tariff) private readonly tariff: Tariff) {}

  of(items: number): number {
    return items * this.tariff.perItem
  }
}

@Module({ providers: [Tariff, Prices] })
export class PricesModule {}
