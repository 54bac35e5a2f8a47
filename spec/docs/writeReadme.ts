// `npm run readme`: brings README's code up to date with the samples it quotes.
import { readFileSync, writeFileSync } from 'node:fs'
import { atRoot, withSamples } from './readmeBlocks.js'

const readme = atRoot('README.md')
writeFileSync(readme, withSamples(readFileSync(readme, 'utf8')))
