// An old tree that the present one is compared with and upgraded from, built once into .cache/baseline/.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The last commit before the pipeline was made faster and agents were confined beyond the filter. */
export const BASELINE = '59c382a'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = `${ROOT}.cache/baseline/${BASELINE}`
const BUILD_MS = 600_000

/** Why there can't be a baseline here: a checkout need not have all of its history. Undefined if there can. */
export function baselineProblem(): string | undefined {
  if (existsSync(FOLDER) || has(BASELINE)) return undefined
  return `commit ${BASELINE} is not in this checkout: if it is shallow, git fetch --unshallow gets it`
}

function has(commit: string): boolean {
  return spawnSync('git', ['-C', ROOT, 'cat-file', '-e', `${commit}^{commit}`]).status === 0
}

/**
 * The folder of the baseline, which is built first if need be: that takes npm's registry, and about a minute.
 *
 * @throws Error if this checkout does not have the commit, or it can't be built
 */
export function baselineFolder(): string {
  if (!existsSync(FOLDER)) build(FOLDER)
  return FOLDER
}

/** Builds beside the folder and renames at the end, so that what is there is whole. */
function build(folder: string): void {
  const problem = baselineProblem()
  if (problem !== undefined) throw new Error(problem)
  console.log(`\nBuilding ${BASELINE} into .cache/baseline, once`)
  const unfinished = `${ROOT}.cache/baseline/.building-${BASELINE}`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const archive = `${unfinished}.tar`
  runToEnd(['git', '-C', ROOT, 'archive', '-o', archive, BASELINE])
  runToEnd(['tar', '-xf', archive, '-C', unfinished])
  rmSync(archive)
  // Without what the `make` above this process says to its own recipes, such as -n or its job server.
  runToEnd(['env', '-u', 'MAKEFLAGS', '-u', 'MAKELEVEL', 'make', '-C', unfinished, 'build'])
  renameSync(unfinished, folder)
}

function runToEnd([file = '', ...args]: readonly string[]): void {
  const { status, signal, stdout, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    timeout: BUILD_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status === 0) return
  const said = `${stdout}${stderr}`.slice(-2_000)
  throw new Error(
    `${file} ${args.join(' ')} ended with ${error?.message ?? signal ?? status}:\n${said}`,
  )
}
