import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { fixture } from './pools.js'

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null
  signal: string | null
  /** What it printed, by line. */
  lines: string[]
  /** What it complained of. */
  complaints: string
}

/** A program of spec/fixtures in a process of its own; killed when it hasn't ended after ten seconds. */
export function startProgram(file: string, ...args: string[]) {
  const child = spawn(process.execPath, [fileURLToPath(fixture(file)), ...args], {
    // Of a spec's own environment nothing may get in: vitest's, a debugger's.
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const ended = once(child, 'close').then(
    ([code, signal]): Ended => ({ code, signal, lines: output.split('\n').filter(Boolean), complaints }),
  )
  return {
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves when it has printed this. */
    printed: async (text: string) => {
      while (!output.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended without printing '${text}': ${output}${complaints}`)
        await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
      }
    },
  }
}

/** Runs a program of spec/fixtures to its end. */
export function runProgram(file: string, ...args: string[]): Promise<Ended> {
  return startProgram(file, ...args).ended
}
