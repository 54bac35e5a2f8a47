/** The walk: every source file below a folder, with the package it belongs to. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { packageName } from './packageName.js'

export interface SourcePath {
  readonly path: string
  readonly package: string
  /** Set where a folder could not be read: it goes the way of the files, so that the report lists it too. */
  readonly problem?: string
}

const SOURCE_FILE = /\.(js|ts|mjs|cjs)$/

/**
 * Reads a folder only when asked for the next file, in the order of names. Symbolic links are left out: what
 * they point to is counted where it lies, and none leads round in a circle.
 */
export async function* files(...folders: readonly string[]): AsyncGenerator<SourcePath> {
  for (const folder of folders) yield* walk(folder, basename(folder))
}

async function* walk(folder: string, parentPackage: string): AsyncGenerator<SourcePath> {
  const entries = await entriesOf(folder)
  if (entries instanceof Error)
    return yield { path: folder, package: parentPackage, problem: entries.message }
  const ownPackage = await packageName(folder, parentPackage)
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== '.git') yield* walk(path, ownPackage)
    if (entry.isFile() && SOURCE_FILE.test(entry.name)) yield { path, package: ownPackage }
  }
}

async function entriesOf(folder: string): Promise<Dirent[] | Error> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    return error as Error
  }
}
