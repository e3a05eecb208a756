import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How a program of programs/ ended: its exit code or signal, and the JSON that it wrote. */
export interface Ended {
  readonly end: number | string
  /** Undefined where it wrote nothing; text where it was stopped half-way. */
  readonly answer: unknown
  readonly stderr: string
}

/** An emulated machine takes seconds to start Node. */
const PATIENCE_MS = 300_000

/** Runs a program with a filter of its own, which stays in that process. */
export function runChild(program: string, ...args: readonly string[]): Ended {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  try {
    return runIn(folder, [fileOf(program), ...args])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function fileOf(program: string): string {
  return fileURLToPath(new URL(`./programs/${program}.js`, import.meta.url))
}

/** Its output goes to files: a pipe may be full, and then Node's synchronous writes fail. */
function runIn(folder: string, command: readonly string[]): Ended {
  const files = [join(folder, 'stdout'), join(folder, 'stderr')] as const
  const descriptors = files.map(file => openSync(file, 'w'))
  const { status, signal, error } = spawnSync(
    process.execPath,
    ['--import', new URL('./node18.js', import.meta.url).href, ...command],
    { stdio: ['ignore', ...descriptors], timeout: PATIENCE_MS, killSignal: 'SIGKILL' },
  )
  for (const descriptor of descriptors) closeSync(descriptor)
  if (error) throw error
  const [stdout, stderr] = files.map(file => readFileSync(file, 'utf8'))
  return { end: signal ?? status ?? 0, answer: parse(stdout ?? ''), stderr: stderr?.trim() ?? '' }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text || undefined
  }
}
