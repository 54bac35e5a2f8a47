/** Which package a folder belongs to. */
import { readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'

/**
 * Below node_modules the folder's place says it. Elsewhere it is the name in the folder's own package.json, if
 * that has one, or else the parent's package.
 */
export async function packageName(folder: string, parentPackage: string): Promise<string> {
  return installedPackage(folder) ?? (await nameInPackageJson(folder)) ?? parentPackage
}

/** `…/node_modules/@scope/name/lib` is of `@scope/name`; of nested packages the innermost counts. */
export function installedPackage(folder: string): string | undefined {
  const parts = folder.split(sep)
  const [name, nameInScope] = parts.slice(parts.lastIndexOf('node_modules') + 1)
  if (!parts.includes('node_modules') || name === undefined) return undefined
  return name.startsWith('@') && nameInScope !== undefined ? `${name}/${nameInScope}` : name
}

async function nameInPackageJson(folder: string): Promise<string | undefined> {
  try {
    const { name } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch {
    return undefined // There is none, or it is broken: that is no matter of the census.
  }
}
