/** Items a second, as a picture. */
import type { TopLevelSpec } from 'vega-lite'
import { style, svg, TEXT } from '../../report/svg.js'
import type { Entry, Result } from '../bench.js'
import { THREADS } from '../competitors/competitor.js'
import { median } from '../statistics.js'
import { number } from './format.js'

const rates = ['numbers', 'records', 'arithmetic', 'uneven', 'buffers']

/** Those that stand for several: of a workload's entries the best is drawn. In the order of the legend. */
const competitors: readonly {
  name: string
  colour: string
  is: (entry: Entry) => boolean
  times?: number
}[] = [
  { name: 'rxjs-parallel', colour: '#e8365d', is: called('rxjs-parallel') },
  { name: 'limit: bare port', colour: '#9aa4af', is: ({ role }) => role === 'limit' },
  {
    name: 'limit: ideal split',
    colour: '#6b7580',
    is: ({ role }) => role === 'loop',
    times: THREADS,
  },
  { name: 'piscina, batched by hand', colour: '#e39a2d', is: ({ role }) => role === 'batched' },
  { name: 'piscina', colour: '#2f81d6', is: called('piscina') },
  { name: 'tinypool', colour: '#23a6c9', is: called('tinypool') },
  { name: 'poolifier', colour: '#2aa876', is: called('poolifier') },
  { name: 'workerpool', colour: '#76a832', is: called('workerpool') },
  { name: 'Readable.map with piscina', colour: '#8a6fd8', is: called('Readable.map with piscina') },
  { name: 'threads.js Pool', colour: '#c26fc0', is: called('threads.js Pool') },
]

function called(name: string): (entry: Entry) => boolean {
  return (entry) => entry.name === name
}

interface Bar {
  readonly workload: string
  readonly competitor: string
  readonly rate: number
  readonly label: string
}

/** An SVG. */
export async function plot(results: readonly Result[]): Promise<string> {
  const bars = results.filter(({ workload }) => rates.includes(workload)).flatMap(barsOf)
  if (bars.length === 0) return ''
  return svg(spec(bars))
}

function barsOf({ title, entries }: Result): Bar[] {
  return competitors.flatMap(({ name, is, times = 1 }) => {
    const found = entries.filter(is).map(({ samples }) => median(samples) * times)
    if (found.length === 0) return []
    const rate = Math.max(...found)
    return [{ workload: title, competitor: name, rate, label: number(rate) }]
  })
}

function spec(bars: readonly Bar[]): TopLevelSpec {
  const present = competitors.filter(({ name }) => bars.some(({ competitor }) => competitor === name))
  const names = present.map(({ name }) => name)
  const all = bars.map(({ rate }) => rate)
  // Whole powers of ten, with room for the labels.
  const domain = [10 ** Math.floor(Math.log10(Math.min(...all) / 2)), Math.max(...all) * 4]
  const y = { field: 'competitor', type: 'nominal', sort: names, axis: null } as const
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: 'Items a second of rxjs-parallel and others, by workload',
    data: { values: [...bars] },
    facet: {
      row: {
        field: 'workload',
        type: 'nominal',
        sort: [...new Set(bars.map(({ workload }) => workload))],
        header: {
          title: null,
          orient: 'top',
          labelAnchor: 'start',
          labelFontWeight: 'bold',
          labelPadding: 3,
        },
      },
    },
    spacing: 10,
    // A competitor that takes no part in a workload leaves no gap there.
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 480,
      height: { step: 12 },
      layer: [
        {
          mark: { type: 'bar', height: 10 },
          encoding: {
            color: {
              field: 'competitor',
              type: 'nominal',
              scale: { domain: names, range: present.map(({ colour }) => colour) },
              legend: { title: null, orient: 'right' },
            },
            x: {
              field: 'rate',
              type: 'quantitative',
              scale: { type: 'log', domain, nice: false },
              axis: {
                title: 'items a second (logarithmic)',
                labelExpr: "format(datum.value, '.1~s')",
                values: powersOfTen(domain),
              },
            },
            x2: { datum: domain[0]! },
            y,
          },
        },
        {
          mark: { type: 'text', align: 'left', baseline: 'middle', dx: 4, fontSize: 9, color: TEXT },
          encoding: { x: { field: 'rate', type: 'quantitative' }, y, text: { field: 'label' } },
        },
      ],
    },
    config: style,
  }
}

function powersOfTen([low, high]: readonly number[]): number[] {
  const powers: number[] = []
  for (let power = low!; power <= high!; power *= 10) powers.push(power)
  return powers
}
