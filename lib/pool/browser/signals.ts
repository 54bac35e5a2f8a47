/**
 * As node/signals.ts: a page has no signals.
 * @module
 */
export function restoreSignals(): void {}
