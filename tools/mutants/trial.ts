import type { Copy } from './copy.ts'
import type { Mutant } from './mutant.ts'
import { type Coverage, isReached } from './reach.ts'
import type { Tried } from './report.ts'

/** A test file as it runs without a mutant. */
interface Measured {
  readonly test: string
  readonly tookMs: number
  readonly coverage: readonly Coverage[]
}

const CLEAN_LIMITS = { runMs: 300_000, testMs: 60_000 }

/** Limits for a mutant: a multiple of the clean run, and some time to spare, as the machine may be busy. */
function limitsOf(reaching: readonly Measured[]) {
  const tookMs = reaching.map(one => one.tookMs)
  const allMs = tookMs.reduce((sum, ms) => sum + ms, 0)
  return { runMs: Math.ceil(3_000 + 3 * allMs), testMs: Math.ceil(1_000 + 2 * Math.max(...tookMs)) }
}

/** The path of a compiled source: `lib/a.ts` → `dist/lib/a.js`. */
export function compiledPath(file: string): string {
  return `dist/${file.replace(/\.ts$/, '.js')}`
}

/** Runs each test file alone; the fastest first. @throws Error if one fails without any mutant */
export async function measureAll(
  copy: Copy,
  tests: readonly string[],
): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const test of tests) {
    const { verdict, output, tookMs, coverage } = await copy.measure(
      compiledPath(test),
      CLEAN_LIMITS,
    )
    if (verdict !== 'passed') throw new Error(`${test}: ${verdict} without a mutant\n${output}`)
    measured.push({ test, tookMs, coverage })
  }
  return measured.sort((a, b) => a.tookMs - b.tookMs)
}

/** Tries a mutant with the test files that run its code, the fastest first. */
export async function tryMutant(
  copy: Copy,
  mutant: Mutant,
  measured: readonly Measured[],
): Promise<Tried> {
  const module = compiledPath(mutant.file)
  const reaching = measured.filter(({ coverage }) =>
    coverage.some(one => isReached(one, module, mutant.edit.start)),
  )
  if (reaching.length === 0) return { mutant, verdict: 'unreached' }
  const tests = reaching.map(({ test }) => compiledPath(test))
  const { verdict } = await copy.runWith(module, mutant.edit, tests, limitsOf(reaching))
  const verdicts = { passed: 'survived', failed: 'killed', timeout: 'timeout' } as const
  return { mutant, verdict: verdicts[verdict] }
}
