import type { Place } from '../fractal/view'
import { home } from '../fractal/view'

/** Where there is something to be seen. */
export const places: readonly (Place & { readonly name: string })[] = [
  { name: 'The whole set', ...home },
  { name: 'Seahorse valley', x: -0.7453, y: 0.1127, width: 0.0065 },
  { name: 'Elephant valley', x: 0.285, y: 0.0115, width: 0.012 },
  { name: 'A smaller copy', x: -1.7497, y: 0, width: 0.06 },
  { name: 'Double spiral', x: -0.7436439, y: 0.1318259, width: 0.00012 },
  { name: 'Snowflakes', x: -0.10109636384562, y: 0.95628651080914, width: 0.0004 },
]
