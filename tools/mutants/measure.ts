import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { Copy } from './copy.ts'
import type { Coverage } from './reach.ts'
import { modulesIn } from './worker/modules.ts'

/** A test file as it runs without a mutant. */
export interface Measured {
  /** The compiled file. */
  readonly file: string
  readonly tookMs: number
  readonly coverage: readonly Coverage[]
}

const LIMITS = { runMs: 300_000, testMs: 60_000 }

/**
 * Runs each test file alone; the fastest first. What was measured is kept in a folder, and holds until the test
 * or a module that it imports changes. @throws Error if a test fails without any mutant
 */
export async function measureAll(
  copy: Copy,
  tests: readonly string[],
  folder: string,
): Promise<readonly Measured[]> {
  const modules = modulesIn('dist')
  await mkdir(folder, { recursive: true })
  const all: Measured[] = []
  for (const file of tests) {
    const hash = createHash('sha256').update(process.version)
    for (const one of [...modules.neededBy(file)].sort())
      hash.update(`${one}\0${modules.codeOf(one)}\0`)
    const path = `${folder}/${hash.digest('hex').slice(0, 32)}.json`
    const kept = await readFile(path, 'utf8').catch(() => undefined)
    const measured: Measured = kept ? JSON.parse(kept) : await measure(copy, file)
    if (!kept) await writeFile(path, JSON.stringify(measured))
    all.push(measured)
  }
  return all.sort((a, b) => a.tookMs - b.tookMs)
}

async function measure(copy: Copy, file: string): Promise<Measured> {
  const { verdict, output, tookMs, coverage } = await copy.measure(file, LIMITS)
  if (verdict !== 'passed') throw new Error(`${file}: ${verdict} without a mutant\n${output}`)
  return { file, tookMs, coverage }
}
