/**
 * Finds the file that a thread is to load, and how this Node can load it.
 * @module
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { WorkerStartError } from '../../errors.js'

/** What to start: the file itself, or a bootstrap that loads it. */
export interface WorkerFile {
  readonly url: URL
  /** Given to the bootstrap as workerData. */
  readonly bootstrap: { readonly file: string; readonly tsx: string } | undefined
}

const typeScript = /\.[cm]?tsx?$/
/** The endings that compilers turn into each other: code names the one, the folder may hold the other. */
const sources: Record<string, string> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' }

/**
 * Resolves what the user gave. A path is taken from the working directory, as Node's Worker does. A missing `x.js`
 * beside an `x.ts` means the latter: that is how TypeScript code names it.
 */
export function resolveWorkerFile(worker: URL | string): WorkerFile {
  const given = toUrl(worker)
  const url = /^https?:$/.test(given.protocol) ? servedFile(given) : given
  if (url.protocol !== 'file:') return { url, bootstrap: undefined }
  const path = existingFile(fileURLToPath(url), worker)
  const file = path === fileURLToPath(url) ? url : pathToFileURL(path)
  return typeScript.test(path) ? loadTypeScript(path, file) : { url: file, bootstrap: undefined }
}

function toUrl(worker: URL | string): URL {
  if (worker instanceof URL) return worker
  if (/^(file|data|blob):/.test(worker)) return new URL(worker)
  return pathToFileURL(isAbsolute(worker) ? worker : resolve(worker))
}

/**
 * Where vitest's environment is jsdom or happy-dom, Vite turns `new URL('./x.worker.ts', import.meta.url)` into the URL
 * that its web server would serve the file by: from the working directory, or below /@fs/ from the root.
 */
function servedFile({ href, pathname }: URL): URL {
  const file = pathname.startsWith('/@fs/')
    ? new URL(`file://${pathname.slice('/@fs'.length)}`)
    : pathToFileURL(resolve(decodeURIComponent(pathname.slice(1))))
  if (process.env.VITEST && findFile(fileURLToPath(file))) return file
  throw new WorkerStartError(
    `the worker's URL is ${href}, but Node loads workers from files only; give a file's URL or its path. In a test ` +
      'whose environment is jsdom or happy-dom, vitest may have made this URL of new URL(…, import.meta.url): let ' +
      'the test begin with // @vitest-environment node',
  )
}

function existingFile(path: string, worker: URL | string): string {
  const found = findFile(path)
  if (found !== undefined) return found
  const hint =
    typeof worker === 'string' && !isAbsolute(worker)
      ? `a path is taken from the working directory; give its URL as new URL('${worker}', import.meta.url)`
      : 'is it named as in its folder, and compiled or bundled, too?'
  throw new WorkerStartError(`the worker file ${path} does not exist; ${hint}`)
}

function findFile(path: string): string | undefined {
  if (existsSync(path)) return path
  const source = path.replace(/\.[cm]?js$/, (ending) => sources[ending]!)
  return source !== path && existsSync(source) ? source : undefined
}

function loadTypeScript(path: string, url: URL): WorkerFile {
  const tsx = findTsx(path)
  if (tsx) return { url: new URL('./tsBootstrap.js', import.meta.url), bootstrap: { file: url.href, tsx } }
  if ((process.features as { typescript?: unknown }).typescript) return { url, bootstrap: undefined }
  throw new WorkerStartError(
    `the worker file ${path} is TypeScript, which Node ${process.versions.node} can't load by itself; ` +
      'install tsx (npm install --save-dev tsx), use Node 22.18 or later, or compile the file',
  )
}

/** tsx's programming interface, as the worker file's own package would find it. */
function findTsx(path: string): string | undefined {
  for (const from of [path, resolve('package.json')]) {
    try {
      const manifest = createRequire(from).resolve('tsx/package.json')
      return new URL('./dist/esm/api/index.mjs', pathToFileURL(manifest)).href
    } catch {
      // Not installed there.
    }
  }
  return undefined
}
