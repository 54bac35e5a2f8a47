import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { temporaryFolder } from '../../package/pack.js'
import { buildPages, makeProject } from './project.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** A project with this package installed. */
    browserProject: string
    /** The pages of spec/browser/pages, bundled there. */
    browserSite: string
  }
}

/** Once for all specs of the project `browser`: what they serve. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const project = temporaryFolder()
  const teardown = () => rmSync(project, { recursive: true })
  try {
    makeProject(project)
    provide('browserProject', project)
    provide('browserSite', await buildPages(project))
  } catch (error) {
    teardown()
    throw error
  }
  return teardown
}
