/**
 * Loads a TypeScript worker file through tsx: no flag does that in a thread of Node 20.
 * @module
 */
import { workerData } from 'node:worker_threads'
import type { WorkerFile } from './workerFile.js'

const { file, tsx } = workerData as NonNullable<WorkerFile['bootstrap']>
// Not awaited at the top level, which a CommonJS build can't; a failure is the thread's uncaught error either way.
void import(tsx).then(({ tsImport }: { tsImport(file: string, parent: string): Promise<unknown> }) =>
  tsImport(file, import.meta.url),
)
