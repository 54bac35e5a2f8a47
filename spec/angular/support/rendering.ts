/**
 * Renders a component to HTML, as a server does for each request.
 * @module
 */
import type { EnvironmentProviders, Provider, Type } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { provideServerRendering, renderApplication } from '@angular/platform-server'

export async function render(
  component: Type<unknown>,
  providers: (Provider | EnvironmentProviders)[],
): Promise<string> {
  const html = await renderApplication(
    (context) =>
      bootstrapApplication(component, { providers: [provideServerRendering(), ...providers] }, context),
    { document: '<app-root></app-root>', url: '/' },
  )
  return /<app-root[^>]*>(.*)<\/app-root>/.exec(html)?.[1] ?? html
}
