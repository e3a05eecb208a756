import { configure } from '../../agent/configure.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { readDocument } from '../../config/source/document.ts'
import { messageOf } from '../../errors.ts'
import { type Architecture, loadArchitecture } from '../../seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../../seccomp/architectures/defaults/weights.ts'
import { compile } from '../../seccomp/compiler/compile.ts'
import { type Asked, type Explanation, explain, findCall } from '../../seccomp/explain/explain.ts'
import { formatCondition, formatVerdict } from '../../seccomp/policy/policy.ts'
import type { Call } from '../command.ts'
import { printJson, printLines } from '../print.ts'
import { UsageError } from '../usage-error.ts'
import { chosenArchitecture, policyFor } from './policy-for.ts'

export async function seccompExplain({ source, has, value, operands }: Call): Promise<ExitCode> {
  const name = chosenArchitecture(value('arch'))
  const asked = findCalls(await loadArchitecture(name), operands)
  const args = readArgs(value('args'))
  const policy = await policyFor(await configure(readDocument(source)), name)
  const program = compile(policy, WEIGHTS)
  const explained = asked.map(each => explain(policy, program, each, args))
  if (has('json')) await printJson({ architecture: name, syscalls: explained.map(dataOf) })
  else await printLines(`${explained.map(each => textOf(each, name)).join('\n\n')}\n`)
  return EXIT.ok
}

/** @throws UsageError that lists all unknown calls at once */
function findCalls(architecture: Architecture, words: readonly string[]): readonly Asked[] {
  const wrong: string[] = []
  const found = words.flatMap(word => {
    try {
      return [findCall(architecture, word)]
    } catch (error) {
      wrong.push(messageOf(error))
      return []
    }
  })
  if (wrong.length > 0) throw new UsageError(wrong.join('; '))
  return found
}

/** Reads `0,0x10,-1`; a negative number becomes its 64-bit two's complement, as in a register. */
function readArgs(written: string | undefined): readonly bigint[] | undefined {
  if (written === undefined) return undefined
  const words = written.split(',').map(word => word.trim())
  if (words.length > 6)
    throw new UsageError(`--args: a system call has at most 6, not ${words.length}`)
  return words.map(readWord)
}

function readWord(word: string): bigint {
  if (!/^(0x[0-9a-f]{1,16}|-?\d{1,20})$/i.test(word)) {
    throw new UsageError(
      `--args: "${word}" is not a number: write 16, 0x10 or -1, separated by commas`,
    )
  }
  const value = BigInt(word)
  if (value >= 1n << 64n || value < -(1n << 63n)) {
    throw new UsageError(`--args: ${word} does not fit into 64 bits`)
  }
  return BigInt.asUintN(64, value)
}

function dataOf({ name, number, rules, otherwise, steps, cached, note }: Explanation) {
  return {
    ...(name === undefined ? {} : { name }),
    number,
    rules: rules.map(rule => ({
      conditions: rule.conditions.map(formatCondition),
      action: formatVerdict(rule.verdict),
      origin: rule.origin,
    })),
    ...(otherwise ? { action: formatVerdict(otherwise.verdict), origin: otherwise.origin } : {}),
    instructions: steps,
    cached,
    ...(note === undefined ? {} : { note }),
  }
}

function textOf(explained: Explanation, architecture: string): string {
  const { name, number, rules, otherwise, note } = explained
  const word = otherwise && rules.length > 0 ? 'otherwise ' : ''
  return [
    `${name ?? `0x${number.toString(16)}`} (${number} on ${architecture})`,
    ...(note ? [note] : []),
    ...rules.map(({ verdict, origin, conditions }) => {
      const when = conditions.map(formatCondition).join(' and ')
      return `${formatVerdict(verdict)}, if ${when}: ${origin}`
    }),
    ...(otherwise ? [`${word}${formatVerdict(otherwise.verdict)}: ${otherwise.origin}`] : []),
    costOf(explained),
  ].join('\n  ')
}

function costOf({ steps: { least, most }, cached }: Explanation): string {
  const steps = least === most ? `${least}` : `${least} to ${most}`
  const cache = cached ? 'cached: the kernel allows it without running them' : 'not cached'
  return `${steps} instructions, ${cache}`
}
