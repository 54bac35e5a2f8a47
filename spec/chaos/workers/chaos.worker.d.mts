import type { ContextTask, Stage } from 'rxjs-parallel/worker'

declare const tasks: {
  plain: (item: any) => any
  spread: (item: any, again: any) => any
  later: (item: any) => Promise<any>
  move: ContextTask<any, Promise<any>>
  many: (item: any) => Generator<any>
  manyLater: (item: any) => AsyncGenerator<any>
  observed: (item: any) => { subscribe(observer: { next: (value: any) => void }): unknown }
  first: (item: any) => any
  second: (item: any) => Promise<any>
  split: (item: any) => Generator<any>
  third: (item: any) => any
  produce: (items: readonly any[]) => Generator<any>
  produceLater: (items: readonly any[]) => AsyncGenerator<any>
  loop: Stage<any, any>
  between: Stage<any, any>
  observable: Stage<any, any>
}
export default tasks
