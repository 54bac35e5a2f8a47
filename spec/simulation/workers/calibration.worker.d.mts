import type { tasks } from '../../bench/workers/tasks.mjs'

declare const exposed: Pick<typeof tasks, 'plusOne' | 'spin'> & { active: () => number }
export default exposed
