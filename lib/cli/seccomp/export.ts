import { configure } from '../../agent/configure.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { readDocument } from '../../config/source/document.ts'
import { isJitless } from '../../jitless.ts'
import { WEIGHTS } from '../../seccomp/architectures/defaults/weights.ts'
import { compile } from '../../seccomp/compiler/compile.ts'
import { EXPORT_FORMATS, exportPolicy } from '../../seccomp/export/formats.ts'
import { didYouMean } from '../../suggest.ts'
import type { Call } from '../command.ts'
import { print } from '../print.ts'
import { UsageError } from '../usage-error.ts'
import { chosenArchitecture, policyFor, startingPolicyFor } from './policy-for.ts'

export async function seccompExport({ source, value }: Call): Promise<ExitCode> {
  const format = chosenFormat(value('format') ?? 'yaml')
  const architecture = chosenArchitecture(value('arch'))
  const plan = await configure(readDocument(source))
  const isProfile = format === 'oci'
  const policy = await (isProfile ? startingPolicyFor : policyFor)(plan, architecture)
  const { content, notes } = exportPolicy(format, policy, compile(policy, WEIGHTS))
  const isLess = isProfile && (isJitless() || plan.config.seccomp.late_libraries === 'refuse')
  for (const note of isLess ? [LESS, ...notes] : notes) process.stderr.write(`${format}: ${note}\n`)
  await print(content)
  return EXIT.ok
}

const LESS =
  'without the rules against native code, which would keep Node itself from being loaded: the agent has them'

function chosenFormat(format: string) {
  const found = EXPORT_FORMATS.find(name => name === format)
  if (found) return found
  const near = didYouMean(format, EXPORT_FORMATS)
  throw new UsageError(`unknown format "${format}"${near}: one of ${EXPORT_FORMATS.join(', ')}`)
}
