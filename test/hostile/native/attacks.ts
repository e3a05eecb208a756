// Native code that is brought along: libraries that the agent has written, and memory that becomes executable.

import type { Attack } from '../seal/attack.ts'
import { call, refusal } from '../seal/calls.ts'
import { loaded } from './loaded.ts'
import { CAN_WRITE, type Code } from './shared-object.ts'

const [PROT_READ, PROT_WRITE, PROT_EXEC] = [1, 2, 4]
const [MAP_PRIVATE, MAP_ANONYMOUS, PAGE] = [2, 0x20, 4096]

function loads(name: string, kind: Code): Attack {
  return {
    name,
    refused: { libraries: 'ERR_DLOPEN_FAILED' },
    attempt: ({ inside }) => {
      if (loaded(kind, inside) !== 'done') throw refusal('ERR_DLOPEN_FAILED')
    },
  }
}

function mapped(protection: number): bigint {
  return BigInt(call('mmap', 0, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
}

const WRITTEN: readonly Attack[] = [
  loads('loads a library that it has written', 'mapped'),
  loads('loads a library whose code the loader makes executable itself', 'protected'),
  loads('loads a library that calls what is there already', 'borrowed'),
]

export const ON_LIBRARIES: readonly Attack[] = [
  ...(CAN_WRITE ? WRITTEN : []),
  {
    name: 'maps executable memory (mmap)',
    refused: { jitless: 'EPERM' },
    attempt: () => call('munmap', mapped(PROT_READ | PROT_EXEC), PAGE),
  },
  {
    name: 'makes memory executable that it has written (mprotect)',
    refused: { jitless: 'EPERM' },
    attempt: () => {
      const address = mapped(PROT_READ | PROT_WRITE)
      try {
        call('mprotect', address, PAGE, PROT_READ | PROT_EXEC)
      } finally {
        call('munmap', address, PAGE)
      }
    },
  },
]
