import type { Copy } from './copy.ts'
import type { Killers } from './killers.ts'
import type { Measured } from './measure.ts'
import type { Mutant } from './mutant.ts'
import { type Coverage, isReached } from './reach.ts'
import type { Tried } from './report.ts'

/** Slower tests gain nothing from a process that is kept, and a survivor needs them only once. */
const QUICK_MS = 2_000

/** After so many mutants that the kept process noticed, it has to pass without one. */
const CHECK_EVERY = 30

/** What runs tests with a mutant. */
export type Runs = Pick<Copy, 'runFast' | 'runWith' | 'restart'>

/** A mutant with its verdict, and the test file that noticed it in the kept process, if that did. */
interface Trial {
  readonly tried: Tried
  readonly killer?: string | undefined
}

/** The path of a compiled source: `lib/a.ts` → `dist/lib/a.js`. */
export function compiledPath(file: string): string {
  return `dist/${file.replace(/\.ts$/, '.js')}`
}

/**
 * Tries mutants in a copy. The fast way is a process that is kept; what it lets pass is tried in a new process of
 * Mocha, with all tests. What it notices is believed, as long as it passes without a mutant now and then.
 */
export class Trials {
  readonly #copy: Runs
  readonly #measured: readonly Measured[]
  readonly #killers: Killers
  readonly #isFast: boolean
  readonly #say: (text: string) => void
  /** Those that the kept process noticed since it last passed without a mutant. */
  #unchecked: { readonly mutant: Mutant; readonly killer: string }[] = []

  /** Test files that failed in the kept process without a mutant: they are not for it. */
  readonly #strangers = new Set<string>()

  #last: { readonly module: string; readonly tests: readonly Measured[] } | undefined

  /** `killers` may be shared between copies. Without `isFast`, each is in a new process. `say` reports. */
  constructor(
    copy: Runs,
    measured: readonly Measured[],
    killers: Killers,
    options: { readonly isFast: boolean; readonly say: (text: string) => void },
  ) {
    this.#copy = copy
    this.#measured = measured
    this.#killers = killers
    this.#isFast = options.isFast
    this.#say = options.say
  }

  /** Tries a mutant. Returns its verdict, and new verdicts of earlier ones if a check failed. */
  async try(mutant: Mutant): Promise<readonly Tried[]> {
    const { tried, killer } = await this.#try(mutant)
    if (killer) this.#unchecked.push({ mutant, killer })
    return this.#unchecked.length < CHECK_EVERY ? [tried] : [tried, ...(await this.check())]
  }

  /** Runs what noticed mutants without one. If it fails, they are tried again, each in a new process. */
  async check(): Promise<readonly Tried[]> {
    const unchecked = this.#unchecked
    const last = unchecked.at(-1)
    if (!last) return []
    this.#unchecked = []
    const killers = new Set(unchecked.map(({ killer }) => killer))
    const tests = this.#measured.filter(({ file }) => killers.has(file)).map(timed)
    const { verdict, file } = await this.#copy.runFast(
      compiledPath(last.mutant.file),
      undefined,
      tests,
    )
    if (verdict === 'passed') return []
    if (file) this.#strangers.add(file)
    const whole = `${file ?? 'the process'}: ${verdict} without a mutant`
    this.#say(`${whole}; ${unchecked.length} mutants are tried again, each in a new process`)
    await this.#copy.restart()
    const again: Tried[] = []
    for (const { mutant } of unchecked)
      again.push(await this.#tryAlone(mutant, this.#reaching(mutant)))
    return again
  }

  async #try(mutant: Mutant): Promise<Trial> {
    const reaching = this.#reaching(mutant)
    if (reaching.length === 0) return { tried: { mutant, verdict: 'unreached' } }
    const isQuick = ({ file, tookMs }: Measured) =>
      this.#isFast && tookMs <= QUICK_MS && !this.#strangers.has(file)
    const quick = reaching.filter(isQuick)
    if (quick.length > 0) {
      const module = compiledPath(mutant.file)
      const { verdict, file } = await this.#copy.runFast(module, mutant.edit, quick.map(timed))
      if (verdict === 'timeout') return { tried: { mutant, verdict } }
      if (verdict === 'failed' && file) {
        this.#killers.count(module, file)
        return { tried: { mutant, verdict: 'killed' }, killer: file }
      }
    }
    return { tried: await this.#tryAlone(mutant, reaching) }
  }

  async #tryAlone(mutant: Mutant, reaching: readonly Measured[]): Promise<Tried> {
    const files = reaching.map(({ file }) => file)
    const module = compiledPath(mutant.file)
    const { verdict } = await this.#copy.runWith(module, mutant.edit, files, limitsOf(reaching))
    const verdicts = { passed: 'survived', failed: 'killed', timeout: 'timeout' } as const
    return { mutant, verdict: verdicts[verdict] }
  }

  #reaching({ file, edit }: Mutant): readonly Measured[] {
    const module = compiledPath(file)
    const reaching = this.#importing(module).filter(({ coverage }) =>
      coverage.some(one => isReached(one, module, edit.start)),
    )
    return this.#killers.ordered(module, reaching)
  }

  /** The tests that import a module, with the coverage of it alone: the mutants of one come after each other. */
  #importing(module: string): readonly Measured[] {
    if (this.#last?.module === module) return this.#last.tests
    const tests = this.#measured.map(test => ({ ...test, coverage: coverageOf(test, module) }))
    this.#last = { module, tests: tests.filter(({ coverage }) => coverage.length > 0) }
    return this.#last.tests
  }
}

function coverageOf({ coverage }: Measured, module: string): readonly Coverage[] {
  return coverage
    .map(({ result }) => ({ result: result.filter(({ url }) => url === module) }))
    .filter(({ result }) => result.length > 0)
}

/** Limits for a mutant: a multiple of the clean run, and some time to spare, as the machine may be busy. */
function limitsOf(tests: readonly Measured[]) {
  const tookMs = tests.map(one => one.tookMs)
  const allMs = tookMs.reduce((sum, ms) => sum + ms, 0)
  return { runMs: Math.ceil(3_000 + 3 * allMs), testMs: Math.ceil(1_000 + 2 * Math.max(...tookMs)) }
}

function timed(test: Measured) {
  const { runMs, testMs } = limitsOf([test])
  return { file: test.file, testMs, fileMs: runMs }
}
