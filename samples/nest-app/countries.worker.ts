import { expose } from 'rxjs-parallel/worker'
import { countryOf } from './countries.js'
import type { Answer, Row } from './point.js'

export default expose({
  // A malformed line has its answer already. It goes along, so that answers come in the order of the lines.
  locate: (row: Row): Answer => ('error' in row ? row : { ...row, country: countryOf(row.lon, row.lat) }),
})
