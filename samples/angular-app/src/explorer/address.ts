/**
 * What is shown as a part of the page's address: pictures can be bookmarked and sent to others.
 * @module
 */
import { isPaletteName } from '../fractal/palette'
import type { Settings } from './settings'

type Stored = Pick<Settings, 'where' | 'palette' | 'limit' | 'fine' | 'goTo' | 'currentPlace'>

/** Takes over what an address says. What it doesn't say, or says wrongly, is left as it is. */
export function readAddress(query: { get(name: string): string | null }, settings: Stored): void {
  const number = (name: string) => Number.parseFloat(query.get(name) ?? '')
  const [x, y, width] = [number('x'), number('y'), number('width')]
  if (Number.isFinite(x) && Number.isFinite(y) && width > 0) settings.goTo({ x, y, width })

  const palette = query.get('palette')
  if (isPaletteName(palette)) settings.palette.set(palette)
  const limit = number('limit')
  if (Number.isInteger(limit) && limit > 0) settings.limit.set(limit)
  const where = query.get('where')
  if (where === 'pool' || where === 'page') settings.where.set(where)
  const fine = query.get('fine')
  if (fine === 'true' || fine === 'false') settings.fine.set(fine === 'true')
}

/** The address's query, without its question mark. */
export function writeAddress(settings: Stored): string {
  const { x, y, width } = settings.currentPlace()
  return new URLSearchParams({
    x: String(x),
    y: String(y),
    width: String(width),
    palette: settings.palette(),
    limit: String(settings.limit()),
    fine: String(settings.fine()),
    where: settings.where(),
  }).toString()
}
