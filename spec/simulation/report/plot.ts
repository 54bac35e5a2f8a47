/** What the simulation found, as pictures. */
import type { TopLevelSpec } from 'vega-lite'
import { style, svg } from '../../report/svg.js'
import type { RoutingPoint } from '../experiments/routing.js'
import { routeNames } from '../experiments/routing.js'
import type { Point } from '../experiments/throughput.js'
import { batches, microseconds } from '../experiments/throughput.js'

const colours = ['#2f81d6', '#2aa876', '#e39a2d', '#e8365d', '#9aa4af']
const ideal = 'if threads were all'

const header = { title: null, orient: 'top', labelFontWeight: 'bold', labelPadding: 3 } as const

/** Items a second by threads, for each length of items. */
export function throughputPlot(points: readonly Point[]): Promise<string> {
  const limits = points
    .filter(({ batch }) => batch === 'auto')
    .map((point) => ({ ...point, name: ideal, rate: (point.threads * 1000) / point.itemCost }))
  const names = [...batches.map(nameOf), ideal]
  // A logarithmic scale has no place for nothing.
  const rates = points.map(({ rate }) => rate).filter((rate) => rate > 0)
  const values = [...points.map((point) => ({ ...point, name: nameOf(point.batch) })), ...limits].map(
    ({ itemCost, threads, rate, name }) => ({
      items: `${microseconds(itemCost)} items`,
      threads,
      rate,
      name,
    }),
  )
  const domain = [Math.min(...rates), Math.max(...rates) * 1.5]
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: 'Items a second by threads, by the length of items and of batches',
    // Lines that leave the picture end where they do.
    data: { values: values.filter(({ rate, name }) => rate > 0 && (name !== ideal || rate <= domain[1]!)) },
    facet: {
      column: {
        field: 'items',
        type: 'nominal',
        sort: [...new Set(values.map(({ items }) => items))],
        header,
      },
    },
    spec: {
      width: 210,
      height: 260,
      mark: { type: 'line', point: { size: 18 }, strokeWidth: 2 },
      encoding: {
        x: {
          field: 'threads',
          type: 'quantitative',
          scale: { type: 'log', base: 2 },
          axis: { title: 'threads', values: [1, 4, 16, 64, 256, 1024], grid: false },
        },
        y: {
          field: 'rate',
          type: 'quantitative',
          scale: { type: 'log', domain, nice: false },
          axis: { title: 'items a second', labelExpr: "format(datum.value, '.1~s')", tickCount: 5 },
        },
        color: {
          field: 'name',
          type: 'nominal',
          scale: { domain: names, range: colours },
          legend: { title: null, orient: 'right' },
        },
      },
    },
    config: style,
  }
  return svg(spec)
}

function nameOf(batch: Point['batch']): string {
  return batch === 'auto' ? 'automatic batches' : batch === 1 ? 'one by one' : `batches of ${batch}`
}

/** How much of the threads' time is used, by the way in which items are spread. */
export function routingPlot(points: readonly RoutingPoint[]): Promise<string> {
  const branches = [...new Set(points.map((point) => point.branches))]
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: "The share of the threads' time that items use, by branches and route",
    data: { values: points.map((point) => ({ ...point, items: `${point.items} items` })) },
    facet: { column: { field: 'items', type: 'nominal', header } },
    spec: {
      width: 210,
      height: 200,
      mark: { type: 'line', point: { size: 18 }, strokeWidth: 2 },
      encoding: {
        x: {
          field: 'branches',
          type: 'quantitative',
          scale: { type: 'log', base: 2 },
          axis: { title: 'branches, each in a thread', values: branches, grid: false },
        },
        y: {
          field: 'share',
          type: 'quantitative',
          scale: { domain: [0, 1] },
          axis: { title: "share of the threads' time that is used", format: '.0%' },
        },
        color: {
          field: 'route',
          type: 'nominal',
          scale: { domain: [...routeNames], range: ['#e8365d', '#2f81d6', '#e39a2d'] },
          legend: { title: null, orient: 'right' },
        },
      },
    },
    config: style,
  }
  return svg(spec)
}
