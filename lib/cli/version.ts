import { EXIT, type ExitCode } from '../agent/process/exit.ts'
import { version as packageVersion } from '../own-package.ts'
import type { Call } from './command.ts'
import { print, printJson } from './print.ts'

export async function version({ has }: Call): Promise<ExitCode> {
  const { version: node, platform, arch } = process
  const number = packageVersion()
  if (has('json')) await printJson({ name: 'sealbeat', version: number, node, platform, arch })
  else await print(`sealbeat ${number} (Node ${node}, ${platform} ${arch})\n`)
  return EXIT.ok
}
