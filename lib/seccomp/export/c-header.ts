import { disassemble } from '../compiler/disassemble.ts'
import { CODES, type Program } from '../compiler/program.ts'
import type { EffectivePolicy } from '../policy/merge.ts'

/** Writes a C header with the program as seccomp(2) takes it; comments disassemble each instruction. */
export function toHeader(policy: EffectivePolicy, program: Program): string {
  const { name, audit } = policy.architecture
  const lines = disassemble(program, policy.architecture).trimEnd().split('\n')
  return [
    `/* The effective seccomp policy for ${name}: AUDIT_ARCH 0x${audit.toString(16)}. */`,
    '#ifndef SEALBEAT_FILTER_H',
    '#define SEALBEAT_FILTER_H',
    '',
    '#include <linux/filter.h>',
    '',
    `#define SEALBEAT_FILTER_LENGTH ${program.length}`,
    '',
    'static const struct sock_filter sealbeat_filter[SEALBEAT_FILTER_LENGTH] = {',
    ...program.map(
      (instruction, at) => `  ${initializerOf(instruction)}, /* ${lines[at] ?? ''} */`,
    ),
    '};',
    '',
    '#endif',
    '',
  ].join('\n')
}

function initializerOf(instruction: Program[number]): string {
  const [yes, no] = 'yes' in instruction ? [instruction.yes, instruction.no] : [0, 0]
  const k = 'k' in instruction ? instruction.k : instruction.offset
  return `{0x${CODES[instruction.op].toString(16).padStart(2, '0')}, ${yes}, ${no}, 0x${k.toString(16)}}`
}
