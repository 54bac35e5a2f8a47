/**
 * The way from a stage's branch to the thread that runs it.
 * @module
 */
import type { StagePort } from '../flow/stageFlow.js'
import type { Values } from '../wire/messages.js'
import { sendOneByOne } from './cloneFailures.js'
import type { Link } from './link.js'

/** @param cancel gives the stage up. */
export function stagePort(link: Link, channel: number, cancel: () => void): StagePort {
  let sent = 0
  const send = (values: Values) => {
    link.post({ type: 'input', channel, values })
    sent += values.length
  }
  return {
    send: (values) => {
      try {
        send(values)
      } catch {
        return sendOneByOne(
          values,
          (value) => send([value]),
          () => `items[${sent}]`,
          link.transport,
        )
      }
      return undefined
    },
    end: () => link.post({ type: 'inputEnd', channel }),
    grant: (count) => link.post({ type: 'credit', channel, batch: 0, index: 0, count }),
    cancel,
  }
}
