import { canRun, findProgram } from '../../support/findProgram.js'

/** What Chromium is called, by Debian, by others, and by Google. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The Chromium that the tests in a browser run in: `CHROMIUM` in the environment, or one in PATH.
 * @throws Error where CHROMIUM is set to what can't be run, or REQUIRE_BROWSER=1 and there is none.
 */
export function findChromium(environment = process.env): string | undefined {
  const { CHROMIUM: given, REQUIRE_BROWSER: required } = environment
  if (given) {
    if (canRun(given)) return given
    throw new Error(`CHROMIUM is '${given}', which is no file that can be run; give a browser's whole path`)
  }
  const found = findProgram(names, environment)
  if (!found && required === '1')
    throw new Error(
      `REQUIRE_BROWSER=1, but no Chromium was found (${names.join(', ')} in PATH); ` +
        'install chromium or set CHROMIUM=/path',
    )
  return found
}
