import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs a bash script with positional arguments and returns its output. @throws Error if it fails */
export async function shell(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run(
    'bash',
    ['--norc', '-euo', 'pipefail', '-c', script, 'bash', ...args],
    {
      env: { ...process.env, ...env },
      maxBuffer: 1 << 26,
    },
  )
  return stdout
}
