/** The code of lib/worker/inlineWorker.ts and all that it imports: the build makes it (tsup.config.ts). */
declare const code: string
export default code
