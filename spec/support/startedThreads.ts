import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'
import { inProcesses } from './isolation.js'

/** A thread, or a process, that was started: whatever pools of this run consist of. */
export interface Started {
  readonly hasEnded: boolean
  readonly ended: Promise<unknown>
  /** Ends it from outside. */
  kill(): void
}

/** Calls `listener` with each that is started until this test is over, or the function that is returned is called. */
export function onStarted(listener: (started: Started) => void): () => void {
  const ofThreads = (worker: Worker) => listener(threadOf(worker))
  const ofProcesses = (message: unknown) => {
    const { process: child } = message as { process: ChildProcess }
    child.once('spawn', () => listener(processOf(child)))
  }
  const stop = () => {
    process.off('worker', ofThreads)
    unsubscribe('child_process', ofProcesses)
  }
  if (inProcesses) subscribe('child_process', ofProcesses)
  else process.on('worker', ofThreads)
  onTestFinished(stop)
  return stop
}

function threadOf(worker: Worker): Started {
  return {
    get hasEnded() {
      // Node names a thread that is gone by this number.
      return worker.threadId === -1
    },
    ended: once(worker, 'exit'),
    kill: () => void worker.terminate(),
  }
}

function processOf(child: ChildProcess): Started {
  return {
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null
    },
    ended: once(child, 'exit'),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** The next one that is started. */
export function nextStarted(): Promise<Started> {
  return new Promise((resolve) => {
    const stop = onStarted((started) => {
      stop()
      resolve(started)
    })
  })
}
