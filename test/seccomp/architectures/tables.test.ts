import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { SyscallTable } from '../../../lib/seccomp/architectures/syscall-table.ts'
import { ARGUMENT_WIDTHS } from '../../../lib/seccomp/architectures/tables/arguments.ts'
import { SINCE } from '../../../lib/seccomp/architectures/tables/since.ts'
import { makeTables } from '../../../tools/tables/make-tables.ts'
import { ALL_ABIS } from '../../../tools/tables/unistd.ts'
import { skip } from '../../live.ts'
import { kernelHeaders } from './kernel-headers.ts'

const FOLDER = 'lib/seccomp/architectures/tables'

async function load(abi: SyscallTable['architecture']): Promise<SyscallTable> {
  const url = new URL(`../../../lib/seccomp/architectures/tables/${abi}.js`, import.meta.url)
  return ((await import(url.href)) as { readonly table: SyscallTable }).table
}

/** From the architecture's syscall table in the kernel's source, by hand. */
const ANCHORS: { readonly [A in SyscallTable['architecture']]: Readonly<Record<string, number>> } =
  {
    amd64: { read: 0, execve: 59, openat: 257, seccomp: 317, clone3: 435 },
    '386': {
      read: 3,
      execve: 11,
      socketcall: 102,
      seccomp: 354,
      clock_gettime64: 403,
      clone3: 435,
    },
    x32: { read: 0x40000000, execve: 0x40000000 + 520, clone3: 0x40000000 + 435 },
    arm64: { read: 63, execve: 221, openat: 56, seccomp: 277, clone3: 435 },
    arm: { read: 3, execve: 11, seccomp: 383, clone3: 435, cacheflush: 0xf0002, set_tls: 0xf0005 },
    riscv64: { read: 63, lseek: 62, newfstatat: 79, execve: 221, riscv_flush_icache: 259 },
    ppc64le: { read: 3, execve: 11, seccomp: 358, socket: 326, clone3: 435 },
    s390x: { read: 3, execve: 11, seccomp: 348, socket: 359, clone3: 435 },
    loong64: { read: 63, lseek: 62, fstat: 80, execve: 221, clone3: 435 },
    mips64le: { read: 5000, execve: 5057, seccomp: 5312, clone3: 5435 },
  }

describe('system call tables', () => {
  for (const abi of ALL_ABIS) {
    it(`${abi}: ascending, with the kernel's numbers`, async () => {
      const { architecture, numbers } = await load(abi)
      expect(architecture).to.equal(abi)
      expect(numbers).to.include(ANCHORS[abi])
      const values = Object.values(numbers)
      expect(values).to.deep.equal(values.toSorted((a, b) => a - b))
      expect(values.length).to.be.greaterThan(300)
      expect(Object.keys(SINCE)).to.include.members(Object.keys(numbers))
    })
  }

  it('64-bit ABIs have none of the calls for 32 bits (the headers ask the compiler which it is)', async () => {
    for (const abi of ALL_ABIS.filter(each => !['386', 'arm', 'x32'].includes(each))) {
      const { numbers } = await load(abi)
      expect(numbers, abi).to.not.have.any.keys('llseek', 'mmap2', 'clock_gettime64')
    }
  })

  for (const [bits, abi] of [
    ['64', 'amd64'],
    ['32', '386'],
  ] as const) {
    it(`${abi}: as this machine's asm/unistd_${bits}.h has it`, async function () {
      const path = `/usr/include/x86_64-linux-gnu/asm/unistd_${bits}.h`
      const header = await readFile(path, 'utf8').catch(() => undefined)
      if (header === undefined) skip(this, `no ${path} here (Debian: linux-libc-dev)`)
      const here = [...header.matchAll(/^#define __NR_([a-z_]\w*) (\d+)$/gm)]
      expect(here.length).to.be.greaterThan(350)
      const named = here.map(([, name = '', number]) => [name, Number(number)] as const)
      expect((await load(abi)).numbers).to.include(Object.fromEntries(named))
    })
  }
})

describe('argument widths', () => {
  it('are a letter for each of at most six arguments, one of them an int', () => {
    for (const [name, letters] of Object.entries(ARGUMENT_WIDTHS)) {
      expect(letters, name).to.match(/^(?=.*i)[il]{1,6}$/)
    }
  })

  it('follow the kernel where it matters to a policy', () => {
    expect(ARGUMENT_WIDTHS).to.include({ socket: 'iii', ioctl: 'iil', prctl: 'illll', kill: 'ii' })
    // Flags of clone, prot of mmap and mprotect, ptrace's request: unsigned long.
    expect(ARGUMENT_WIDTHS).to.not.have.any.keys('clone', 'mmap', 'mprotect', 'ptrace', 'unshare')
  })
})

describe('tools/tables.ts', () => {
  it('makes the committed files again', async function () {
    this.timeout(240_000)
    const made = await makeTables(await kernelHeaders(this))
    expect([...made.keys()]).to.include.members(ALL_ABIS.map(abi => `${abi}.ts`))
    for (const [name, text] of made) await expectSame(name, text)
  })
})

/** Byte for byte; from newer packages than the committed ones, at least nothing may be lost. */
async function expectSame(name: string, text: string): Promise<void> {
  const committed = await readFile(join(FOLDER, name), 'utf8')
  if (firstLine(text) === firstLine(committed)) expect(text, name).to.equal(committed)
  else expect(entries(text), name).to.include.members(entries(committed))
}

function firstLine(text: string): string | undefined {
  return text.split('\n', 1)[0]
}

function entries(text: string): readonly string[] {
  return text.match(/^ +\w+: (?:\d+|'[il]+'),$/gm) ?? []
}
