import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { version as packageVersion } from '../../own-package.ts'
import type { Call } from '../command.ts'
import { print, printJson } from '../print.ts'

export async function version({ has, program }: Call): Promise<ExitCode> {
  const { version: node, platform, arch } = process
  const number = packageVersion()
  const agent = program.version && { agent: { name: program.name, version: program.version } }
  if (has('json')) {
    await printJson({ name: 'sealbeat', version: number, ...agent, node, platform, arch })
    return EXIT.ok
  }
  const whose = agent
    ? `${program.name} ${program.version} (sealbeat ${number}, `
    : `sealbeat ${number} (`
  await print(`${whose}Node ${node}, ${platform} ${arch})\n`)
  return EXIT.ok
}
