/**
 * Hands what comes from the pool to what runs tasks and what runs stages in this thread.
 * @module
 */
import type { TaskSource, ToThread } from '../wire/messages.js'
import type { ThreadInfo } from './context.js'
import type { ExposedFunction } from './exposed.js'
import type { Post } from './results.js'
import type { StageRunner } from './stageRunner.js'
import type { StageRunnerClass } from './stages.js'
import { TaskRunner } from './taskRunner.js'

/** @param loadStages gives what runs stages, when the first of them comes. */
export function dispatcher(
  thread: ThreadInfo,
  post: Post,
  resolve: (task: TaskSource) => ExposedFunction,
  loadStages: () => StageRunnerClass | Promise<StageRunnerClass>,
): (message: ToThread) => void {
  const tasks = new TaskRunner(thread, post, resolve)
  const withStages = stageRunner(loadStages, thread, post, resolve)
  const stageChannels = new Set<number>()
  return (message) => {
    switch (message.type) {
      case 'task':
        return tasks.task(message)
      case 'dropTask':
        return tasks.dropTask(message.id)
      case 'batch':
        return tasks.batch(message)
      case 'stage':
        stageChannels.add(message.channel)
        return withStages((runner) => runner.start(message))
      case 'input':
      case 'inputEnd':
        return withStages((runner) => runner.input(message))
      case 'credit':
        if (!stageChannels.has(message.channel)) return tasks.credit(message)
        return withStages((runner) => runner.credit(message))
      case 'ping':
        return post({ type: 'pong' })
      case 'slept':
        return thread.sleep?.told(message.total)
      case 'shared':
        return
      case 'cancel':
        if (stageChannels.delete(message.channel)) withStages((runner) => runner.cancel(message.channel))
        else tasks.cancel(message.channel)
        return post({ type: 'cancelled', channel: message.channel })
    }
  }
}

/** Returns how to use it. What comes for it while it loads keeps its order. */
function stageRunner(
  load: () => StageRunnerClass | Promise<StageRunnerClass>,
  ...made: ConstructorParameters<StageRunnerClass>
): (use: (stages: StageRunner) => void) => void {
  let runner: StageRunner | undefined
  let waiting: ((stages: StageRunner) => void)[] | undefined
  return (use) => {
    if (runner) return use(runner)
    if (waiting) return void waiting.push(use)
    const loaded = load()
    if (typeof loaded === 'function') {
      runner = new loaded(...made)
      return use(runner)
    }
    waiting = [use]
    void loaded.then((Loaded) => {
      const ready = new Loaded(...made)
      // Each in its turn: what one brings about may add to them.
      for (let next = waiting!.shift(); next; next = waiting!.shift()) next(ready)
      runner = ready
    })
  }
}
