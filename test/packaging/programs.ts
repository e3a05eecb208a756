import { spawnSync } from 'node:child_process'
import { skip } from '../live.ts'

/** `before(needs('dpkg-deb'))`: skips the tests with a message if one of the programs is not installed. */
export function needs(...programs: readonly string[]): (this: Mocha.Context) => void {
  return function () {
    const missing = programs.filter(each => spawnSync('which', [each]).status !== 0)
    if (missing.length > 0) skip(this, `${missing.join(', ')} not installed`)
  }
}

/** Returns what a program prints; throws if it fails. */
export function run(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    cwd,
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout
}
