import { expose, stage } from 'rxjs-parallel/worker'
import { factorize, numbers, tally } from './steps.js'

export default expose({ numbers, factorize: stage(factorize), tally: stage(tally) })
