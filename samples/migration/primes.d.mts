/** How many primes there are below a limit. */
export function countPrimes(limit: number): number
