/**
 * Colours: rings of them, along which an escape time finds its own.
 * @module
 */

/** Red, green and blue, from 0 to 255. */
type Rgb = readonly [number, number, number]

/** Each is a ring: the last colour goes over into the first. */
const rings = {
  dusk: ['#0b1a3a', '#1f5f99', '#e8f1f2', '#f2a541', '#6b1e2e'],
  ember: ['#120a12', '#5a1230', '#c8361d', '#f6a63a', '#fff3cf', '#8c4a2b'],
  lagoon: ['#04161f', '#0b5563', '#3fb8a4', '#e9f7d0', '#7fb069', '#1d3f4a'],
  orchid: ['#140c26', '#4b2a84', '#b45fc4', '#ffd9e8', '#6e8fe0', '#22336e'],
  ink: ['#111317', '#f4f1ea', '#8a8f98'],
} as const

export type PaletteName = keyof typeof rings

export const paletteNames = Object.keys(rings) as PaletteName[]

export const isPaletteName = (name: unknown): name is PaletteName =>
  paletteNames.includes(name as PaletteName)

/** Entries of a ring: more than eyes can tell apart. */
const entries = 2048

/** What is in the set: nearly black, as RGBA bytes read as a little-endian number. */
export const insideColour = pack([8, 8, 12])

const tables = new Map<PaletteName, Uint32Array>()

/** A ring's colours as RGBA bytes, each read as a little-endian number: what goes into a picture's memory. */
export function colourTable(name: PaletteName): Uint32Array {
  let table = tables.get(name)
  if (!table) tables.set(name, (table = mix(rings[name].map(parse))))
  return table
}

/** The colour of an escape time, of a table. By its logarithm: towards the set, escape times grow faster and faster. */
export function colourOf(time: number, table: Uint32Array): number {
  if (time === Number.POSITIVE_INFINITY) return insideColour
  const turns = 0.42 * Math.log2(1 + Math.max(0, time - 3) / 6)
  return table[Math.floor((turns % 1) * table.length)]!
}

function mix(ring: readonly Rgb[]): Uint32Array {
  return Uint32Array.from({ length: entries }, (_, entry) => {
    const position = (entry / entries) * ring.length
    const from = ring[Math.floor(position)]!
    const to = ring[(Math.floor(position) + 1) % ring.length]!
    const share = ease(position % 1)
    return pack([0, 1, 2].map((part) => blend(from[part]!, to[part]!, share)) as unknown as Rgb)
  })
}

/** Light adds up in squares, roughly: blended so, the middle of two colours isn't darker than both. */
function blend(from: number, to: number, share: number): number {
  return Math.round(Math.sqrt(from * from * (1 - share) + to * to * share))
}

/** No edge where one pair of colours goes over into the next. */
function ease(share: number): number {
  return share * share * (3 - 2 * share)
}

function parse(hex: string): Rgb {
  const all = Number.parseInt(hex.slice(1), 16)
  return [all >> 16, (all >> 8) & 255, all & 255]
}

function pack([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}
