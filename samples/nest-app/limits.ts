/** What the service takes on. */
export interface Limits {
  /** Bytes of a body. */
  readonly bodyBytes: number
  /** Bodies that are read at the same time. */
  readonly bodies: number
  /** Milliseconds for which a client may send nothing and take nothing. */
  readonly silence: number
}

export const LIMITS = 'Limits'

export const defaultLimits: Limits = { bodyBytes: 2 ** 30, bodies: 8, silence: 60_000 }

/** The limits that the environment sets: `MAX_BODY_BYTES`, `MAX_BODIES` and `MAX_SILENCE_MS`. */
export function limitsOf(environment: NodeJS.ProcessEnv): Limits {
  const number = (name: string, otherwise: number): number => {
    const text = environment[name]
    if (text === undefined) return otherwise
    if (Number.isSafeInteger(Number(text)) && Number(text) > 0) return Number(text)
    throw new RangeError(`${name} must be a whole number above 0, got '${text}'`)
  }
  return {
    bodyBytes: number('MAX_BODY_BYTES', defaultLimits.bodyBytes),
    bodies: number('MAX_BODIES', defaultLimits.bodies),
    silence: number('MAX_SILENCE_MS', defaultLimits.silence),
  }
}
