import type { Architecture } from '../architectures/architecture.ts'
import { toYaml } from '../export/yaml.ts'
import { merge } from '../policy/merge.ts'
import type { Policy } from '../policy/policy.ts'
import type { Counts } from './counts.ts'
import type { Difference } from './difference.ts'

/** The circumstances of a recording, for whoever reads it later. */
export interface RecordingDetails {
  readonly command: string
  readonly node: string
  /** `glibc 2.36`. */
  readonly libc: string
  readonly kernel: string
  readonly seconds: number
  /** Messages about each known gap in the recording. */
  readonly shortcomings: readonly string[]
}

/** Writes the learned section as a file for beat.yml, with the details of the recording as comments. */
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
    ...listLines('Not in the default policy, but needed here', difference.missing),
    ...listLines('In the default policy, but not seen here', difference.unused),
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
    `# Recorded from: ${command}`,
    `# ${name}, node ${node}, ${libc}, Linux ${kernel}; ${total} calls in ${seconds} s.`,
    '# Counts and phases are only for the reader. Calls that were not recorded are not allowed: record',
    '# for long enough, including rare cases, and record again for another node or libc.',
    ...shortcomings.map(each => `# Note: ${each}.`),
    ...(numbers.length === 0
      ? []
      : [`# Newer than Linux ${table.kernel}, answered ENOSYS: ${numbers.join(', ')}.`]),
    ...(foreign === 0 ? [] : [`# ${foreign} calls from 32-bit code: no policy allows them.`]),
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
