import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Whether this module is the one that was started (`npx tsx FILE`), not one that a spec imports. */
export function isStarted(moduleUrl: string): boolean {
  const script = process.argv[1]
  return script !== undefined && pathToFileURL(realpathSync(script)).href === moduleUrl
}
