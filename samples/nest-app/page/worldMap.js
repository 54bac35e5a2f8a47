/** A map of the world on a canvas: degrees are pixels, four of them each at 1440 by 720. */
export class WorldMap {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.width = canvas.width
    this.height = canvas.height
    this.context = canvas.getContext('2d')
  }

  /** Wipes the points, and draws coasts and borders: the coordinates of a MultiLineString of GeoJSON. */
  clear(lines) {
    const { context } = this
    context.clearRect(0, 0, this.width, this.height)
    context.beginPath()
    for (const line of lines)
      for (const [i, [lon, lat]] of line.entries()) {
        const [x, y] = this.at(lon, lat)
        if (i === 0) context.moveTo(x, y)
        else context.lineTo(x, y)
      }
    context.strokeStyle = '#bbb'
    context.stroke()
  }

  /** Draws a point in the colour of its country. */
  draw({ lat, lon, country }) {
    const [x, y] = this.at(lon, lat)
    this.context.fillStyle = colourOf(country)
    this.context.fillRect(x - 1, y - 1, 2, 2)
  }

  at(lon, lat) {
    return [((lon + 180) / 360) * this.width, ((90 - lat) / 180) * this.height]
  }
}

/** Each country's own; black at sea. */
export function colourOf(country) {
  if (country === null) return '#000'
  const number = (country.charCodeAt(0) - 65) * 26 + country.charCodeAt(1) - 65
  // By the golden angle, neighbours in the alphabet are far apart on the colour circle.
  return `hsl(${(number * 137.508) % 360} 85% ${35 + (number % 3) * 10}%)`
}
