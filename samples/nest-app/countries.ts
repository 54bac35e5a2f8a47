import { createRequire } from 'node:module'
import { geoBounds, geoContains } from 'd3-geo'
import type { MultiPolygon, Polygon, Position } from 'geojson'
import iso from 'i18n-iso-countries'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'

/** One piece of land of a country: an island, a mainland. */
interface Land {
  readonly code: string
  readonly shape: Polygon
}

interface Atlas extends Topology {
  objects: { countries: GeometryCollection<{ name: string }> }
}

/** What Natural Earth shows as countries and ISO 3166 has no number for, by the code that others use. */
const unnumbered: Readonly<Record<string, string>> = {
  Kosovo: 'XK',
  'N. Cyprus': 'CY',
  Somaliland: 'SO',
  'Siachen Glacier': 'IN',
  'Indian Ocean Ter.': 'CX',
}

/**
 * Degrees: so far off may a coast be on a map of 1:50,000,000. A place in no land belongs to the next coast within
 * this distance.
 */
const inaccuracy = 0.2

interface CoastPoint {
  readonly code: string
  readonly lon: number
  readonly lat: number
}

/** What is near: the lands that may reach into a square of one degree, and the points of their outlines in it. */
interface Square {
  readonly lands: Land[]
  readonly coast: CoastPoint[]
}

const squares = Array.from({ length: 360 * 180 }, (): Square => ({ lands: [], coast: [] }))

for (const land of lands()) {
  for (const square of squaresUnder(land.shape)) square.lands.push(land)
  for (const [lon = 0, lat = 0] of land.shape.coordinates.flat())
    squareOf(lon, lat).coast.push({ code: land.code, lon, lat })
}

/**
 * The country of a place, by its ISO 3166-1 alpha-2 code; null at sea.
 *
 * @param lon degrees east, from -180 to 180.
 * @param lat degrees north, from -90 to 90.
 */
export function countryOf(lon: number, lat: number): string | null {
  const land = squareOf(lon, lat).lands.find(({ shape }) => geoContains(shape, [lon, lat]))
  return land?.code ?? nextCoast(lon, lat)
}

function nextCoast(lon: number, lat: number): string | null {
  let nearest = inaccuracy
  let code: string | null = null
  // A degree of longitude is shorter towards the poles.
  const width = Math.cos((lat * Math.PI) / 180)
  for (const point of coastAround(lon, lat)) {
    const distance = Math.hypot((point.lon - lon) * width, point.lat - lat)
    if (distance > nearest) continue
    nearest = distance
    code = point.code
  }
  return code
}

function* coastAround(lon: number, lat: number): Generator<CoastPoint> {
  for (const north of [-1, 0, 1])
    for (const east of [-1, 0, 1]) yield* squareOf(lon + east, lat + north).coast
}

function squareOf(lon: number, lat: number): Square {
  const column = (Math.floor(lon) + 540) % 360
  const row = Math.min(179, Math.max(0, Math.floor(lat) + 90))
  return squares[row * 360 + column]!
}

function* lands(): Generator<Land> {
  const atlas = createRequire(import.meta.url)('world-atlas/countries-50m.json') as Atlas
  for (const { id, properties, geometry } of feature(atlas, atlas.objects.countries).features) {
    const code = id === undefined ? unnumbered[properties.name] : iso.numericToAlpha2(id)
    if (code === undefined) continue
    for (const coordinates of polygonsOf(geometry as Polygon | MultiPolygon))
      yield { code, shape: { type: 'Polygon', coordinates } }
  }
}

function polygonsOf(geometry: Polygon | MultiPolygon): Position[][][] {
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
}

function* squaresUnder(shape: Polygon): Generator<Square> {
  const [[west, south], [east, north]] = geoBounds(shape)
  // Across the date line, west is more than east.
  const width = Math.floor(east < west ? east + 360 : east) - Math.floor(west)
  for (let lat = Math.floor(south); lat <= Math.min(89, Math.floor(north)); lat++)
    for (let column = 0; column <= Math.min(359, width); column++) yield squareOf(west + column, lat)
}
