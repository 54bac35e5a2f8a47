import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The first of these programs that is there and can be run.
 * @param besides folders that PATH may not lead to.
 */
export function findProgram(
  names: readonly string[],
  { PATH = '' }: NodeJS.ProcessEnv,
  besides: readonly string[] = [],
): string | undefined {
  const folders = [...PATH.split(delimiter).filter(Boolean), ...besides]
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun)
}

export function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
