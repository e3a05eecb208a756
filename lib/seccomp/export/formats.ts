import { disassemble } from '../disassemble.ts'
import type { EffectivePolicy } from '../merge.ts'
import { encode, type Program } from '../program.ts'
import { sectionOf } from './section-data.ts'
import { toYaml } from './yaml.ts'

export const EXPORT_FORMATS = ['bpf', 'asm', 'json', 'yaml'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/**
 * What others can read: `bpf` is the raw `struct sock_filter[]` in the byte order of the policy's
 * architecture, as seccomp(2) takes it; `asm` a listing of the same; `json` and `yaml` the effective
 * policy as a `seccomp:` section that stands alone.
 */
export function exportPolicy(
  format: ExportFormat,
  policy: EffectivePolicy,
  program: Program,
): Uint8Array | string {
  switch (format) {
    case 'bpf':
      return encode(program, policy.architecture.endian)
    case 'asm':
      return disassemble(program, policy.architecture)
    case 'json':
      return `${JSON.stringify({ seccomp: sectionOf(policy) }, null, 2)}\n`
    case 'yaml':
      return toYaml(policy)
  }
}
