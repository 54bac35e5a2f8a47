/**
 * Which functions show before they are called that they emit many.
 * @module
 */

const generators: readonly string[] = ['[object GeneratorFunction]', '[object AsyncGeneratorFunction]']

export function isGenerator(run: (...args: never[]) => unknown): boolean {
  return generators.includes(Object.prototype.toString.call(run))
}
