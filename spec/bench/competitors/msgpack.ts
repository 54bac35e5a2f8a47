/**
 * The library's msgpack codec as a pool's options, or undefined while there is no such entry.
 *
 * Not imported by its name in the code, which would not compile before the entry exists.
 */
export async function msgpackOptions(): Promise<Record<string, unknown> | undefined> {
  const entry: string = 'rxjs-parallel/msgpack'
  try {
    const { msgpack } = await import(entry)
    return { codec: msgpack() }
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined
    throw thrown
  }
}
