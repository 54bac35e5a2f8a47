/**
 * What has to be there beside Node, where a test runner imitates a browser.
 * @module
 */

/** Throws an Error that says what to do where values can't be copied. */
export function checkEnvironment(caller: string): void {
  if (typeof structuredClone === 'function') return
  throw new Error(
    `${caller} copies values by structuredClone, which this test's environment lacks, as jest-environment-jsdom does: ` +
      'let the test begin with /** @jest-environment node */, or use the environment jest-fixed-jsdom',
  )
}
