import { WorldMap } from './worldMap.js'

const byId = (id) => document.getElementById(id)
const [drop, file, cities, stop, progress, status, errors] = [
  'drop',
  'file',
  'cities',
  'stop',
  'progress',
  'status',
  'errors',
].map(byId)

const types = {
  csv: 'text/csv',
  geojson: 'application/geo+json',
  json: 'application/geo+json',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
}
/** So many malformed lines are shown. */
const errorsShown = 10

const map = new WorldMap(byId('map'))
const outlines = fetch('outlines.json').then((response) => response.json())
outlines.then(({ coordinates }) => map.clear(coordinates))

/** What ends the run that there is. */
let end = () => {}

async function locate(body, name) {
  end()
  map.clear((await outlines).coordinates)
  errors.replaceChildren()
  const counts = { points: 0, malformed: 0, countries: new Set() }
  const upload = new AbortController()
  const id = [...crypto.getRandomValues(new Uint32Array(4))].join('-')
  // Browsers read no answer before all of the body is sent, so that the answers come in a stream of their own.
  const events = new EventSource(`answers/${id}`)
  const finish = (words) => {
    events.close()
    upload.abort()
    stop.disabled = true
    end = () => {}
    status.value = `${summary(counts)}: ${words}`
  }
  end = () => finish('stopped')
  stop.disabled = false
  status.value = 'Begins'
  progress.value = 0

  events.onmessage = ({ data }) => show(JSON.parse(data), counts)
  events.onerror = () => finish('the service is gone')
  events.addEventListener('progress', ({ data }) => {
    const { bytes, total } = JSON.parse(data)
    progress.value = bytes / total
    status.value = summary(counts)
  })
  events.addEventListener('end', () => {
    progress.value = 1
    finish('done')
  })
  events.addEventListener('failed', ({ data }) => finish(JSON.parse(data).error))

  await new Promise((resolve) => events.addEventListener('open', resolve, { once: true }))
  const type = types[name.split('.').at(-1).toLowerCase()] ?? 'text/csv'
  const headers = { 'Content-Type': type }
  const sent = fetch(`locate/${id}`, { method: 'POST', headers, body, signal: upload.signal })
  const response = await sent.catch(() => undefined)
  // Else the events tell how it goes on; they know nothing of what was refused before they were asked for.
  // Where the events were faster, the upload is given up by now, and reading what it was answered fails.
  const refusal = response?.ok === false ? await messageOf(response) : undefined
  if (refusal && !upload.signal.aborted) finish(refusal)
}

/** Why a request was refused. Who refused it may be a proxy, which knows nothing of the service's JSON. */
const messageOf = (response) =>
  response.json().then(
    ({ message }) => message,
    () => `status ${response.status}`,
  )

function show(answer, counts) {
  if ('error' in answer) {
    counts.malformed++
    if (errors.childElementCount < errorsShown)
      errors.append(
        Object.assign(document.createElement('li'), { textContent: `${answer.n}: ${answer.error}` }),
      )
    return
  }
  counts.points++
  if (answer.country) counts.countries.add(answer.country)
  map.draw(answer)
}

const summary = ({ points, malformed, countries }) =>
  `${points.toLocaleString('en')} points in ${countries.size} countries, ${malformed} malformed`

file.addEventListener('change', () => {
  const [chosen] = file.files
  file.value = ''
  if (chosen) void locate(chosen, chosen.name)
})
stop.addEventListener('click', () => end())
cities.addEventListener('click', async () => {
  const response = await fetch('cities.csv')
  void locate(await response.blob(), 'cities.csv')
})
for (const type of ['dragover', 'dragleave', 'drop'])
  drop.addEventListener(type, (event) => {
    event.preventDefault()
    drop.classList.toggle('over', type === 'dragover')
    const [dropped] = event.dataTransfer.files
    if (type === 'drop' && dropped) void locate(dropped, dropped.name)
  })
