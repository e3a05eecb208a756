import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { type AgentError, configError, messageOf, type Problem } from '../../errors.ts'
import { loadArchitecture } from '../../seccomp/architectures/architecture.ts'
import { toYaml } from '../../seccomp/export/yaml.ts'
import { importProfile } from '../../seccomp/import/import-profile.ts'
import {
  type KernelVersion,
  type Profile,
  parseKernelVersion,
} from '../../seccomp/import/profile.ts'
import { parseJson, readProfile } from '../../seccomp/import/read-profile.ts'
import { merge } from '../../seccomp/policy/merge.ts'
import type { Call } from '../command.ts'
import { print } from '../print.ts'
import { UsageError } from '../usage-error.ts'
import { chosenArchitecture } from './policy-for.ts'

export async function seccompImport({ operand = '', value, values }: Call): Promise<ExitCode> {
  const architecture = await loadArchitecture(chosenArchitecture(value('arch')))
  const kernel = chosenKernel(value('kernel') ?? release())
  const caps = new Set(values('cap').map(readCapability))
  const { policy, elsewhere, notes } = importProfile(readFile(operand), architecture, {
    caps,
    kernel,
  })
  const given = caps.size > 0 ? [...caps].join(', ') : 'no capabilities'
  const from = `Imported from ${JSON.stringify(operand)}, with ${given}, for Linux ${kernel.join('.')}.`
  const comments = [from, ...notes].map(line => `# ${line}\n`).join('')
  await print(comments + toYaml(merge(architecture, [policy]), undefined, elsewhere))
  for (const note of notes) process.stderr.write(`${operand}: ${note}\n`)
  return EXIT.ok
}

function chosenKernel(text: string): KernelVersion {
  const version = parseKernelVersion(text)
  if (version) return version
  throw new UsageError(`"${text}" is not a kernel version: pass one such as 6.1 with --kernel`)
}

function readCapability(name: string): string {
  if (/^CAP_[A-Z0-9_]+$/.test(name)) return name
  throw new UsageError(`"${name}" is not a capability: pass one such as CAP_SYS_ADMIN`)
}

function readFile(file: string): Profile {
  const problems: Problem[] = []
  const profile = readProfile(jsonIn(file), [], (path, message) => {
    problems.push({ position: file, path, message })
  })
  if (profile && problems.length === 0) return profile
  throw invalid(problems)
}

function jsonIn(file: string): unknown {
  try {
    return parseJson(readFileSync(file, 'utf8'))
  } catch (error) {
    throw invalid([{ position: file, path: [], message: messageOf(error) }])
  }
}

function invalid(problems: readonly Problem[]): AgentError {
  return configError(problems)
}
