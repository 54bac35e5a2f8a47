/** Resolves when the condition holds; rejects, naming it, when it doesn't by its deadline (milliseconds). */
export async function until(what: string, condition: () => boolean, deadline = 30_000): Promise<void> {
  const end = performance.now() + deadline
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still not so after ${deadline} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
