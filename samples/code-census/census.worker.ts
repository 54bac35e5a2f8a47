import { expose, stage } from 'rxjs-parallel/worker'
import { measureFile } from './measureFile.js'
import { totals } from './totals.js'

export default expose({ measureFile, totals: stage(totals) })
