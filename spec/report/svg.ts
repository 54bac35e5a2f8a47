/** Plots that reports show. */
import { logger, None, parse, View } from 'vega'
import type { TopLevelSpec } from 'vega-lite'
import { compile } from 'vega-lite'

// Readable on white and on black.
export const TEXT = '#848d97'
const GRID = '#848d9733'

/** How all of them look. Fonts are the reader's; the background is whatever it is shown on. */
export const style: NonNullable<TopLevelSpec['config']> = {
  // It is shown as an image, which has its own text for those who don't see it.
  aria: false,
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: { labelColor: TEXT, titleColor: TEXT, titleFontWeight: 'normal', gridColor: GRID, domain: false },
  axisX: { tickColor: GRID },
  header: { labelColor: TEXT, labelFontSize: 12 },
  legend: { labelColor: TEXT, labelFontSize: 11, labelLimit: 0, symbolType: 'square' },
}

export async function svg(spec: TopLevelSpec): Promise<string> {
  // It warns of every facet whose scales are its own.
  const compiled = compile(spec, { logger: logger(None) })
  const view = new View(parse(compiled.spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}
