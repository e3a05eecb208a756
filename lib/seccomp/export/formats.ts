import { disassemble } from '../compiler/disassemble.ts'
import { encode, type Program } from '../compiler/program.ts'
import type { EffectivePolicy } from '../policy/merge.ts'
import { toHeader } from './c-header.ts'
import { ociJson, toOci } from './oci.ts'
import { sectionOf } from './section-data.ts'
import { toSystemd } from './systemd.ts'
import { toYaml } from './yaml.ts'

export const EXPORT_FORMATS = ['bpf', 'asm', 'json', 'yaml', 'oci', 'systemd', 'c'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/**
 * Exports a policy for other programs:
 * - `bpf`: the raw `struct sock_filter[]`, in the byte order of the policy's architecture, as
 *   seccomp(2) takes it
 * - `asm`: a listing of the same program; `c`: a C header
 * - `json`, `yaml`: the effective policy as a self-contained `seccomp:` section
 * - `oci`: a container profile
 * - `systemd`: a drop-in for a unit
 */
export function exportPolicy(
  format: ExportFormat,
  policy: EffectivePolicy,
  program: Program,
): Exported {
  switch (format) {
    case 'bpf':
      return { content: encode(program, policy.architecture.endian), notes: [] }
    case 'oci':
      return exportOci(policy, program)
    default:
      return { content: FORMATTERS[format](policy, program), notes: [] }
  }
}

interface Exported {
  readonly content: Uint8Array | string
  /** Messages about each difference between the export and the policy. */
  readonly notes: readonly string[]
}

type Formatter = (policy: EffectivePolicy, program: Program) => string

const FORMATTERS: { readonly [F in Exclude<ExportFormat, 'bpf' | 'oci'>]: Formatter } = {
  asm: (policy, program) => disassemble(program, policy.architecture),
  json: policy => `${JSON.stringify({ seccomp: sectionOf(policy) }, null, 2)}\n`,
  yaml: policy => toYaml(policy),
  systemd: policy => toSystemd(policy),
  c: (policy, program) => toHeader(policy, program),
}

function exportOci(policy: EffectivePolicy, program: Program): Exported {
  const { profile, stricter } = toOci(policy, program)
  const notes = stricter.map(
    what => `stricter than the policy, as the format can't express it: ${what}`,
  )
  return { content: ociJson(profile), notes }
}
