// `npm run docs`: the site, from lib's doc comments and from pages/. Ends with exit code 1 on any warning.
import type { DeclarationReflection, RouterTarget } from 'typedoc'
import {
  Application,
  Converter,
  DocumentReflection,
  MarkdownEvent,
  ProjectReflection,
  ReflectionKind,
  TSConfigReader,
  TypeDocReader,
} from 'typedoc'
import { brokenLinks, withLinks } from './links.js'
import { withPictures } from './marbles.js'

const app = await Application.bootstrap({ options: '.docs/typedoc.json' }, [
  new TSConfigReader(),
  new TypeDocReader(),
])

// Whoever serves these tasks serves them all, and has no use for a list.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.Variable)) {
    const { name, type } = reflection as DeclarationReflection
    if (name !== 'contractTasks' || type?.type !== 'reflection') continue
    for (const task of [...(type.declaration.children ?? [])]) project.removeReflection(task)
  }
})

const beforeItIsParsed = 100
app.renderer.on(
  MarkdownEvent.PARSE,
  (event) => {
    const markdown = withPictures(event.parsedText)
    event.parsedText = isPage(event.page.model)
      ? withLinks(markdown, (name) => urlOf(name, event.page.model))
      : markdown
  },
  beforeItIsParsed,
)

const isPage = (model: unknown): boolean =>
  model instanceof DocumentReflection || model instanceof ProjectReflection

/** Where a public name is described, as seen from a page. */
function urlOf(name: string, page: RouterTarget): string | undefined {
  const [found] =
    project?.children?.flatMap(({ children = [] }) => children.filter((child) => child.name === name)) ?? []
  return found && app.renderer.router?.relativeUrl(page, found)
}

const project = await app.convert()
if (project) {
  app.validate(project)
  await app.generateOutputs(project)
  for (const link of brokenLinks(app.options.getValue('out')))
    app.logger.error(`a link leads nowhere, on ${link}`)
}
if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1
