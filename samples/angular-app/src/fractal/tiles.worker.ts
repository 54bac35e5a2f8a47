import { expose, task } from 'rxjs-parallel/worker'
import type { TileJob } from './renderTile'
import { renderTile } from './renderTile'

export default expose({
  /** A tile's pixels, moved to the page; given up as soon as nobody wants them any more. */
  renderTile: task((job: TileJob, context) => {
    const image = renderTile(job, () => context.cancelled)
    return context.transfer(image, [image.pixels.buffer])
  }),
})
