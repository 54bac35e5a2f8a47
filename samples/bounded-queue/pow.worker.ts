import { expose } from 'rxjs-parallel/worker'
import { pow } from './pow.js'

export default expose({ pow })
