import { expose } from 'rxjs-parallel/worker'
import { countryOf } from '../nest-app/countries.js'

export interface Place {
  readonly lon: number
  readonly lat: number
}

export default expose({
  /** ISO 3166-1 alpha-2; null at sea. */
  country: ({ lon, lat }: Place) => countryOf(lon, lat),
})
