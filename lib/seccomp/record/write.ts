import type { Architecture } from '../architectures/architecture.ts'
import { toYaml } from '../export/yaml.ts'
import { merge } from '../policy/merge.ts'
import type { Policy } from '../policy/policy.ts'
import type { Counts } from './counts.ts'
import type { Difference } from './difference.ts'

/** What a recording was made on and for how long, for whoever reads it later. */
export interface RecordingDetails {
  readonly command: string
  readonly node: string
  /** `glibc 2.36`. */
  readonly libc: string
  readonly kernel: string
  readonly seconds: number
  /** What the record lacks for sure. */
  readonly shortcomings: readonly string[]
}

/** The section that was learned, as a file for beat.yml: how it came about is in its comments. */
export function writeRecording(
  architecture: Architecture,
  learned: Policy,
  counts: Counts,
  difference: Difference,
  about: RecordingDetails,
): string {
  return [
    ...headLines(architecture, counts, about),
    toYaml(merge(architecture, [learned]), []),
    ...listLines('Not in the default policy, but needed here', difference.lacking),
    ...listLines('In the default policy, but not seen here', difference.idle),
    '',
  ].join('\n')
}

function headLines(
  { name, table }: Architecture,
  { kinds, unknown, foreign }: Counts,
  { command, node, libc, kernel, seconds, shortcomings }: RecordingDetails,
): readonly string[] {
  const total = kinds.reduce((sum, { count }) => sum + count, 0)
  const numbers = [...unknown].map(([number, count]) => `${number} (${count} times)`)
  return [
    `# What this called: ${command}`,
    `# ${name}, node ${node}, ${libc}, Linux ${kernel}; ${total} calls in ${seconds} s.`,
    '# Counts and phases are for the reader. What has not happened meanwhile is not allowed: record',
    '# for long enough, the rare cases included, and again on another node or libc.',
    ...shortcomings.map(each => `# But ${each}.`),
    ...(numbers.length === 0
      ? []
      : [`# Newer than Linux ${table.kernel}, answered ENOSYS: ${numbers.join(', ')}.`]),
    ...(foreign === 0 ? [] : [`# ${foreign} calls of 32-bit code: no policy allows them.`]),
  ]
}

function listLines(title: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  return [`# ${title}:`, ...wrap(names).map(line => `#   ${line}`)]
}

const WIDTH = 90

function wrap(words: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (const word of words) {
    const line = `${lines.at(-1) ?? ''} ${word}`.trimStart()
    if (lines.length > 0 && line.length <= WIDTH) lines[lines.length - 1] = line
    else lines.push(word)
  }
  return lines
}
