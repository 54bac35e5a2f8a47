import type { JSHandle, Page } from 'playwright-core'
import type { Kit } from '../pages/kit.page.js'

/** Pages in which pools have to work, for `describe.each`: what they are, and whether they are isolated. */
export const bothKinds: [string, boolean][] = [
  ['a cross-origin isolated page', true],
  ['a page that is not isolated', false],
]

/**
 * What a page that is open offers to the functions that a spec runs in it: `kit.evaluate(({ rxjs, tasksPool }) => …)`.
 * Such a function is sent to the page as text: it sees its arguments, and nothing of the spec.
 */
export function kitOf(page: Page): Promise<JSHandle<Kit>> {
  return page.evaluateHandle(() => (globalThis as unknown as { kit: Kit }).kit)
}
