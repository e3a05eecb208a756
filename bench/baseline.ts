// The tree that others are compared with: an old commit, built once into .cache/bench/.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { ROOT, runToEnd } from './child.ts'

/** The last commit before the pipeline was made faster. */
export const BASELINE = '59c382a'

const BUILD_MS = 600_000

/** The program of the baseline, which is built first if need be; if there can't be one, prints why. */
export function baselineProgram(): string | undefined {
  const folder = `${ROOT}.cache/bench/${BASELINE}`
  const program = `${folder}/dist/bundle/main.js`
  try {
    if (!existsSync(folder)) build(folder)
    return program
  } catch (error) {
    console.log(`\nNo comparison with ${BASELINE}: ${(error as Error).message}`)
    return undefined
  }
}

/** Builds beside the folder and renames at the end, so that what is there is whole. */
function build(folder: string): void {
  const commit = ['-C', ROOT, 'cat-file', '-e', `${BASELINE}^{commit}`]
  if (spawnSync('git', commit).status !== 0) {
    throw new Error('the commit is not in this checkout, which may be shallow')
  }
  console.log(`\nBuilding ${BASELINE} into .cache/bench, once`)
  const unfinished = `${ROOT}.cache/bench/.building-${BASELINE}`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const archive = `${unfinished}.tar`
  runToEnd(['git', '-C', ROOT, 'archive', '-o', archive, BASELINE], BUILD_MS)
  runToEnd(['tar', '-xf', archive, '-C', unfinished], BUILD_MS)
  rmSync(archive)
  // Without what the `make` above this process says to its own recipes, such as -n or its job server.
  runToEnd(
    ['env', '-u', 'MAKEFLAGS', '-u', 'MAKELEVEL', 'make', '-C', unfinished, 'build'],
    BUILD_MS,
  )
  renameSync(unfinished, folder)
}
