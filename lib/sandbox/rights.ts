// What a Landlock domain can decide about, by ABI: linux/landlock.h and landlock(7). Only rights that the
// running kernel knows may be handled; the others are named as what is missing.

/** A right over files, with its bit and the ABI that brought it. */
const FILE_RIGHTS = {
  execute: { bit: 0, since: 1 },
  write_file: { bit: 1, since: 1 },
  read_file: { bit: 2, since: 1 },
  read_dir: { bit: 3, since: 1 },
  remove_dir: { bit: 4, since: 1 },
  remove_file: { bit: 5, since: 1 },
  make_char: { bit: 6, since: 1 },
  make_dir: { bit: 7, since: 1 },
  make_reg: { bit: 8, since: 1 },
  make_sock: { bit: 9, since: 1 },
  make_fifo: { bit: 10, since: 1 },
  make_block: { bit: 11, since: 1 },
  make_sym: { bit: 12, since: 1 },
  refer: { bit: 13, since: 2 },
  truncate: { bit: 14, since: 3 },
  ioctl_dev: { bit: 15, since: 5 },
  resolve_unix: { bit: 16, since: 9 },
} as const

const NETWORK_RIGHTS = {
  bind_tcp: { bit: 0, since: 4 },
  connect_tcp: { bit: 1, since: 4 },
} as const

const SCOPES = {
  abstract_unix_socket: { bit: 0, since: 6 },
  signal: { bit: 1, since: 6 },
} as const

export type FileRight = keyof typeof FILE_RIGHTS
export type NetworkRight = keyof typeof NETWORK_RIGHTS
export type Scope = keyof typeof SCOPES

export const ALL_FILE_RIGHTS = keysOf(FILE_RIGHTS)

/** To look at files and folders. */
export const READING = ['read_file', 'read_dir'] as const satisfies readonly FileRight[]

/**
 * To make, change, rename and remove files and folders: no sockets, fifos or devices. No symbolic links either: the
 * next start opens files in the same folders before it is inside a domain, and would follow them anywhere.
 */
export const WRITING = [
  ...['write_file', 'truncate', 'make_reg', 'make_dir'],
  ...['remove_file', 'remove_dir', 'refer'],
] as readonly FileRight[]

/** To start a program, which the kernel also reads. */
export const EXECUTING = [
  'execute',
  'read_file',
  'read_dir',
] as const satisfies readonly FileRight[]

/** The only rights that a rule on something else than a folder may have. */
const OF_FILES: readonly FileRight[] = [
  ...(['execute', 'write_file', 'read_file', 'truncate', 'ioctl_dev', 'resolve_unix'] as const),
]

export function onFile(rights: readonly FileRight[]): readonly FileRight[] {
  return rights.filter(right => OF_FILES.includes(right))
}

/** The bits of those rights that an ABI knows. */
export function fileBits(rights: readonly FileRight[], abi: number): number {
  return bitsOf(FILE_RIGHTS, rights, abi)
}

export function networkBits(rights: readonly NetworkRight[], abi: number): number {
  return bitsOf(NETWORK_RIGHTS, rights, abi)
}

export function scopeBits(scopes: readonly Scope[], abi: number): number {
  return bitsOf(SCOPES, scopes, abi)
}

/** What later kernels can refuse and this one can't, in words for people. Newest last. */
export function lackingOf(abi: number): readonly string[] {
  return LATER.filter(({ since }) => since > abi).map(({ what }) => what)
}

const LATER: readonly { readonly since: number; readonly what: string }[] = [
  { since: 2, what: 'renames from one folder to another (Linux 5.19)' },
  { since: 3, what: 'truncating files (Linux 6.2)' },
  { since: 4, what: 'TCP ports (Linux 6.7)' },
  { since: 5, what: 'commands to devices (Linux 6.10)' },
  { since: 6, what: 'abstract unix sockets and signals (Linux 6.12)' },
]

interface Entry {
  readonly bit: number
  readonly since: number
}

function bitsOf<K extends string>(
  table: Readonly<Record<K, Entry>>,
  names: readonly K[],
  abi: number,
): number {
  const known = names.map(name => table[name]).filter(({ since }) => since <= abi)
  return known.reduce((bits, { bit }) => bits | (1 << bit), 0)
}

function keysOf<T extends object>(table: T): readonly (keyof T)[] {
  return Object.keys(table) as (keyof T)[]
}
