import { dirname, resolve } from 'node:path'
import { isBelow } from '../exposed.ts'
import type { Asked, Reach } from '../reach.ts'
import type { SystemError } from './system-errors-of.ts'

export interface Confinement {
  readonly reach: Reach
  /** Of the domain that was entered; undefined: none was. */
  readonly abi: number | undefined
}

/** What is asked of the host about a file: neither access(2) nor stat(2) is refused by a domain. */
export interface FileHost {
  /** By the modes of the file and of the folders above it. */
  readonly mayAccess: (path: string, how: 'read' | 'write' | 'execute' | 'enter') => boolean
  readonly exists: (path: string) => boolean
  /** The path without links, as far as it exists. */
  readonly real: (path: string) => string
  /** The file system that a folder is on. */
  readonly device: (folder: string) => number | undefined
  readonly pid: number
  /** Whether a process belongs to the same user, or any does, so that only a domain is in the way. */
  readonly isOwn: (pid: number) => boolean
}

/** Calls that make, remove or rename entries of a folder. */
const ENTRIES = ['mkdir', 'mkdtemp', 'rmdir', 'rm', 'unlink', 'rename', 'link', 'symlink', 'mknod']

/** Calls with two paths. Of a copy the first is only read; that of a symbolic link is a text. */
const WITH_TARGET = ['rename', 'link', 'copyfile', 'symlink', 'cp']
const WRITES_FIRST = ['rename', 'link']

/** Undefined if it is not plausible that Landlock has refused it. */
export function refusedFile(
  error: SystemError,
  { reach, abi }: Confinement,
  host: FileHost,
): string | undefined {
  const { code, syscall, path } = error
  if (path === undefined || abi === undefined) return undefined
  const inProc = /^\/proc\/(self|thread-self|\d+)\//.exec(path)?.[1]
  if (inProc !== undefined) return processHint(inProc, host)
  const outside = writtenPaths(error)
    .map(each => host.real(resolve(each)))
    .filter(each => !isGranted(each, syscall, reach, host))
  if (code === 'EXDEV') return betweenFolders(error, outside, abi, host)
  if (code !== 'EACCES') return undefined
  const written = outside.find(each => mayWrite(each, syscall, host))
  const read = READING.includes(syscall) ? unreadable(path, reach, host) : undefined
  if (read !== undefined) return readHint(read, syscall)
  return written === undefined ? undefined : writeHint(written)
}

function processHint(pid: string, host: FileHost): string | undefined {
  if (!/^\d/.test(pid) || Number(pid) === host.pid) {
    return 'the agent is undumpable, so its own files in /proc are shut: read them in open'
  }
  if (!host.isOwn(Number(pid))) return undefined
  return (
    'in a Landlock domain no other process can be looked into; a plugin that has to declares ' +
    "{ proc: 'inside' }, which gives Landlock up for the whole agent"
  )
}

function writtenPaths({ syscall, path = '', dest }: SystemError): readonly string[] {
  if (!WITH_TARGET.includes(syscall) || dest === undefined) {
    return WRITING.includes(syscall) ? [path] : []
  }
  return WRITES_FIRST.includes(syscall) ? [path, dest] : [dest]
}

const WRITING = [...ENTRIES, 'open', 'truncate', 'ftruncate']
const READING = ['open', 'scandir', 'opendir', 'copyfile', 'cp']

function isWithin(path: string, folders: readonly Asked<string>[], host: FileHost): boolean {
  return folders.some(({ what }) => isBelow(path, host.real(what)))
}

/** Of what is declared, only folders are granted, so a file that is itself declared is not; `mkdir` may make one. */
function isGranted(path: string, syscall: string, { writes }: Reach, host: FileHost): boolean {
  return writes.some(({ what }) => {
    const declared = host.real(what)
    return isBelow(path, declared) && (path !== declared || syscall === 'mkdir')
  })
}

/** Whether the modes would let it be written, so that something else must have refused it. */
function mayWrite(path: string, syscall: string, host: FileHost): boolean {
  const isEntry = ENTRIES.includes(syscall) || !host.exists(path)
  if (!isEntry) return host.mayAccess(path, 'write')
  return host.mayAccess(dirname(path), 'write') && host.mayAccess(dirname(path), 'enter')
}

/** The path, if reading is restricted, the path is not within what may be read, and its modes would let it be. */
function unreadable(path: string, reach: Reach, host: FileHost): string | undefined {
  if (reach.reads === undefined) return undefined
  const real = host.real(resolve(path))
  const allowed = [...reach.reads, ...reach.writes, ...reach.executes]
  return !isWithin(real, allowed, host) && host.mayAccess(real, 'read') ? real : undefined
}

function betweenFolders(
  { path = '', dest }: SystemError,
  outside: readonly string[],
  abi: number,
  host: FileHost,
): string | undefined {
  if (dest === undefined) return undefined
  const [from, to] = [path, dest].map(each => host.device(dirname(host.real(resolve(each)))))
  if (from === undefined || from !== to) return undefined
  const [first] = outside
  if (first !== undefined) return writeHint(first)
  if (abi >= 2) return undefined
  return (
    'before Linux 5.19 Landlock lets nothing be renamed or linked from one folder to another: keep both in ' +
    'one folder, or copy'
  )
}

function writeHint(path: string): string {
  const folder = dirname(path)
  return (
    "Landlock lets files be written only where it is declared: declare { writes: '" +
    `${folder}' } in the plugin's privileges, or ${folder} in landlock.writes`
  )
}

/** How it was opened does not show in the error. */
function readHint(path: string, syscall: string): string {
  const folder = dirname(path)
  const orWrites = syscall === 'open' ? `, or writes to write there,` : ''
  return (
    "Landlock lets files be read only where it is declared: declare { reads: '" +
    `${folder}' }${orWrites} in the plugin's privileges, or ${folder} in landlock.reads`
  )
}
