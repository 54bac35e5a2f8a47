/** A place, and where in the body it stood: the line, or in GeoJSON the feature, counted from 1. */
export interface Point {
  readonly n: number
  readonly lat: number
  readonly lon: number
}

/** What stood there was no place. */
export interface Malformed {
  readonly n: number
  readonly error: string
}

/** What is read of a body. */
export type Row = Point | Malformed

/** A row's answer: the place's country, as ISO 3166-1 alpha-2; null at sea. */
export type Answer = (Point & { readonly country: string | null }) | Malformed

/** The place that two fields say. */
export function pointOf(n: number, lat: unknown, lon: unknown): Row {
  const trouble = troubleWith('lat', lat, 90) ?? troubleWith('lon', lon, 180)
  return trouble === undefined ? { n, lat: Number(lat), lon: Number(lon) } : { n, error: trouble }
}

function troubleWith(name: string, value: unknown, most: number): string | undefined {
  if (value === undefined || value === null || value === '') return `there is no ${name}`
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number === 'number' && Math.abs(number) <= most) return undefined
  return `${name} must be a number from -${most} to ${most}, got ${JSON.stringify(value).slice(0, 40)}`
}
