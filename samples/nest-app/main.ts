/**
 * A service that tells the country of each point of a file, however long that is, and stays quick meanwhile.
 *
 *     npm run start:nest
 */
import { isStarted } from '../isStarted.js'
import { createApp } from './app.js'
import { limitsOf } from './limits.js'

if (isStarted(import.meta.url)) {
  const app = await createApp({ limits: limitsOf(process.env) })
  await app.listen(Number(process.env.PORT ?? 3000))
  console.log(`Drop a file of points at ${await app.getUrl()}`)
}
