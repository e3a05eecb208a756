import type { Instruction, Program } from '../../../lib/seccomp/compiler/program.ts'

const SIZE = 8 // sizeof(struct sock_filter)

/** By `sock_filter.code` of linux/bpf_common.h: all instructions that libseccomp generates. */
const DECODERS: Readonly<Record<number, (jt: number, jf: number, k: number) => Instruction>> = {
  32: (_jt, _jf, k) => ({ op: 'load', offset: k }),
  84: (_jt, _jf, k) => ({ op: 'and', k }),
  5: (_jt, _jf, k) => ({ op: 'jump', k }),
  21: (yes, no, k) => ({ op: 'equal', k, yes, no }),
  37: (yes, no, k) => ({ op: 'greater', k, yes, no }),
  53: (yes, no, k) => ({ op: 'atLeast', k, yes, no }),
  69: (yes, no, k) => ({ op: 'set', k, yes, no }),
  6: (_jt, _jf, k) => ({ op: 'return', k }),
}

/**
 * Decodes a `struct sock_filter[]`.
 *
 * @throws RangeError for an instruction that our compiler does not use
 */
export function decode(bytes: Uint8Array, endian: 'little' | 'big'): Program {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / SIZE }, (_, at) => {
    const code = view.getUint16(at * SIZE, endian === 'little')
    const instruction = DECODERS[code]
    if (!instruction) throw new RangeError(`instruction ${at} has the unknown code ${code}`)
    const k = view.getUint32(at * SIZE + 4, endian === 'little')
    return instruction(view.getUint8(at * SIZE + 2), view.getUint8(at * SIZE + 3), k)
  })
}
