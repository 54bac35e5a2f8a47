import { expose } from 'rxjs-parallel/worker'
import { seededRandom } from '../seededRandom.js'
import type { TextFunction, WorkPackage } from './workPackage.js'
import { toText } from './workPackage.js'

const upper: TextFunction = (text) => text.toUpperCase()
const lower: TextFunction = (text) => text.toLowerCase()
const strip: TextFunction = (text) => text.trim()
const capitalize: TextFunction = (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()
const removeSpaces: TextFunction = (text) => text.replaceAll(' ', '')

const FUNCTIONS = [upper, lower, strip, capitalize, removeSpaces]
const LETTERS = 'abcde ABCDE  '

export default expose({
  *produce(producer: number, count: number): Generator<WorkPackage> {
    const random = seededRandom(producer)
    const anyOf = <T>(list: ArrayLike<T>) => list[Math.floor(random() * list.length)] as T
    for (let i = 0; i < count; i++) {
      const text = Array.from({ length: 16 }, () => anyOf(LETTERS)).join('')
      const functions = Array.from({ length: 1 + Math.floor(random() * 3) }, () => toText(anyOf(FUNCTIONS)))
      yield { producer, text, functions }
    }
  },
})
