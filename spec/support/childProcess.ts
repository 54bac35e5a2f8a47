import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { isolation } from './isolation.js'
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

/** What is run, and how. */
export interface Program {
  /** In spec/fixtures, or anywhere by its URL. */
  readonly file: string | URL
  /** Milliseconds after which it is killed. Default: 55,000. */
  readonly deadline?: number
  /** Node's own. Default: none. */
  readonly flags?: readonly string[]
  /** What its environment has besides what all of these have. */
  readonly env?: Readonly<Record<string, string>>
}

/** A program, of spec/fixtures where its name is given, in a process of its own; killed when it hasn't ended by its deadline. */
export function startProgram(program: string | Program, ...args: string[]) {
  return start(program, args, false)
}

/** The same as the leader of a group: what it starts belongs to that, as in a terminal. */
export function startGroup(program: string | Program, ...args: string[]) {
  return start(program, args, true)
}

function start(program: string | Program, args: readonly string[], detached: boolean) {
  const {
    file,
    deadline = 55_000,
    flags = [],
    env,
  } = typeof program === 'string' ? { file: program } : program
  const path = fileURLToPath(typeof file === 'string' ? fixture(file) : file)
  const child = spawn(process.execPath, [...flags, path, ...args], {
    // Of a spec's own environment nothing may get in: vitest's, a debugger's.
    env: { PATH: process.env.PATH, ISOLATION: isolation, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
    timeout: deadline,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  let closed = false
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    closed = true
    return { code, signal, lines: output.split('\n').filter(Boolean), complaints }
  })
  const untilIn = async (stream: Readable, heard: () => string, text: string | RegExp) => {
    for (;;) {
      const found = typeof text === 'string' ? (heard().includes(text) ? [text] : null) : heard().match(text)
      if (found) return found as readonly string[]
      // Not as soon as it has ended: what it printed last may still be in the pipe.
      if (closed) throw new Error(`it ended without printing '${text}': ${output}${complaints}`)
      await Promise.race([once(stream, 'data'), ended])
    }
  }
  return {
    ended,
    /** Sends it a signal, or to all of its group; nothing once it has ended. */
    kill: (signal: NodeJS.Signals) => closed || process.kill(detached ? -child.pid! : child.pid!, signal),
    /** Resolves when it has printed this, to what it was. */
    printed: (text: string | RegExp) => untilIn(child.stdout, () => output, text),
    /** The same of what it complains of. */
    complained: (text: string | RegExp) => untilIn(child.stderr, () => complaints, text),
  }
}

/** Runs such a program to its end. */
export function runProgram(program: string | Program, ...args: string[]): Promise<Ended> {
  return startProgram(program, ...args).ended
}
