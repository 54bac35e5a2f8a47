import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { Document } from './documents.js'
import { atRoot, prose } from './readmeBlocks.js'

const link = /\]\(<?([^)\s>]+)|^\[[^\]]+\]: (\S+)|\b(?:href|src|srcset)="([^"\s]+)/gm

/** Links that lead nowhere: to a file or a heading that isn't there, or, elsewhere, to what is no address. */
export function brokenLinks(document: Document): string[] {
  const links = [...prose(document.text).matchAll(link)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  )
  return links.filter((each) => !(isElsewhere(each) ? isAddress(each) : leadsSomewhere(each, document)))
}

const isElsewhere = (target: string): boolean => /^([a-z]+:|\/\/)/i.test(target)

/** By its form only: tests don't need a network. */
function isAddress(target: string): boolean {
  return /^https:\/\//.test(target) && URL.canParse(target) && /\.[a-z]+$/.test(new URL(target).hostname)
}

function leadsSomewhere(target: string, { path, text }: Document): boolean {
  const [file = '', fragment] = decodeURI(target).split('#')
  const found = posix.join(posix.dirname(path), file)
  if (file !== '' && !existsSync(atRoot(found))) return false
  if (fragment === undefined) return true
  return anchors(file === '' ? text : readFileSync(atRoot(found), 'utf8')).has(fragment)
}

function anchors(markdown: string): Set<string> {
  const text = prose(markdown)
  const headings = [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) => anchor(heading))
  const ids = [...text.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id)
  return new Set([...headings, ...ids])
}

/** As GitHub names headings. */
function anchor(heading: string): string {
  const words = heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '')
  return words.trim().replaceAll(' ', '-')
}
