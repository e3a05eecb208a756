import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How a program of programs/ ended: its exit code or signal, and the JSON that it wrote. */
export interface Ended {
  readonly end: number | string
  /** Undefined if it wrote nothing; text if it was stopped half-way. */
  readonly answer: unknown
  readonly stderr: string
}

/** Long enough for an emulated machine, which takes seconds to start Node. */
const TIMEOUT_MS = 300_000

/** Runs a program in its own process, so that the filter it installs stays there. */
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

/** Sends the output to files, as Node's synchronous writes fail when a pipe is full. */
function runIn(folder: string, command: readonly string[]): Ended {
  const files = [join(folder, 'stdout'), join(folder, 'stderr')] as const
  const descriptors = files.map(file => openSync(file, 'w'))
  const { status, signal, error } = spawnSync(
    process.execPath,
    ['--import', new URL('./node18.js', import.meta.url).href, ...command],
    { stdio: ['ignore', ...descriptors], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
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
