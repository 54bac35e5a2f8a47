import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** Markdown with links from public names in code, `parallelMap` say, to where they are described. */
export function withLinks(markdown: string, urlOf: (name: string) => string | undefined): string {
  // Neither in blocks of code, nor in headings, nor in what is a link.
  const skippedOrName = /^```[\s\S]*?^```$|^#.*$|<svg[\s\S]*?<\/svg>|\[[^\]]*\]\([^)]*\)|`(?<name>\w+)`/gm
  return markdown.replace(skippedOrName, (found: string, ...rest) => {
    const { name } = rest.at(-1) as { name?: string }
    const url = name && urlOf(name)
    return url ? `[${found}](${url})` : found
  })
}

/** The links of a built site that lead to no file or no place in it, each with the page that it is on. */
export function brokenLinks(site: string): string[] {
  const files = new Set(readdirSync(site, { recursive: true, encoding: 'utf8' }))
  const texts = new Map<string, string>()
  const textOf = (file: string) => {
    const text = texts.get(file) ?? readFileSync(`${site}/${file}`, 'utf8')
    texts.set(file, text)
    return text
  }
  const leadsNowhere = (page: string, link: string) => {
    const [path = '', fragment] = decodeURI(link).split('#')
    const file = path === '' ? page : posix.join(posix.dirname(page), path)
    return !files.has(file) || (fragment && !textOf(file).includes(`id="${fragment}"`))
  }
  return [...files]
    .filter((file) => file.endsWith('.html'))
    .flatMap((page) =>
      [...textOf(page).matchAll(/\b(?:href|src)="([^"]*)"/g)]
        .map(([, link = '']) => link)
        .filter((link) => link !== '' && !/^[a-z]+:/i.test(link) && leadsNowhere(page, link))
        .map((link) => `${page}: ${link}`),
    )
}
