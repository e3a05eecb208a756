// Who refused what a system error is about, and what to declare: the hint of a line in the log.
//
//   spawn    EPERM: the filter;  EACCES: Landlock, `executes`
//   files    EACCES, EXDEV: Landlock, `writes` or `reads`, or `proc: 'inside'`       (refused-file.ts)
//   sockets  EACCES: Landlock, `connects`, `listens` or `unix`
//
// Only where it is plausible: what the modes of a file or a missing capability would have refused as well is not
// Landlock's doing, and gets no hint.

import { delimiter, isAbsolute, join } from 'node:path'
import { isBelow } from './exposed.ts'
import type { Reach } from './reach.ts'
import { type Confinement, type FileHost, refusedFile } from './refused-file.ts'
import { type SystemError, systemErrorsOf } from './system-errors-of.ts'

/** What an agent is confined by. */
export interface Refusals extends Confinement {
  /** Whether a filter is installed that lets no program be started. */
  readonly startsNothing: boolean
}

export interface Host extends FileHost {
  /** `PATH` of the environment. */
  readonly path: string
}

/** What to say of an error beyond its message; undefined if the sandbox has nothing to do with it. */
export function refusalHint(thrown: unknown, refusals: Refusals, host: Host): string | undefined {
  for (const error of systemErrorsOf(thrown)) {
    const hint = hintFor(error, refusals, host)
    if (hint !== undefined) return hint
  }
  return undefined
}

function hintFor(error: SystemError, refusals: Refusals, host: Host): string | undefined {
  const { code, syscall } = error
  if (syscall.startsWith('spawn')) return refusedProgram(error, refusals, host)
  if (refusals.abi === undefined || !REFUSING.includes(code)) return undefined
  if (syscall === 'connect') return refusedConnection(error, refusals.reach, refusals.abi)
  if (syscall === 'listen' || syscall === 'bind') {
    return refusedListener(error, refusals.reach, refusals.abi)
  }
  return refusedFile(error, refusals, host)
}

const REFUSING = ['EACCES', 'EPERM', 'EXDEV']

function refusedProgram(
  { code, path }: SystemError,
  { startsNothing, reach, abi }: Refusals,
  host: Host,
): string | undefined {
  if (code === 'EPERM' && startsNothing) {
    return (
      'the filter lets no program be started: allow execve and what else it takes under seccomp, and ' +
      "declare the program in the plugin's privileges, { executes: '/path/of/it' }"
    )
  }
  if (code !== 'EACCES' || abi === undefined || path === undefined) return undefined
  const program = programOf(path, host)
  if (program === undefined) return undefined
  const real = host.real(program)
  if (reach.executes.some(({ what }) => isBelow(real, host.real(what)))) {
    return `${program} is declared in executes; what runs it, such as the interpreter of a script, has to be as well`
  }
  return `Landlock lets only declared programs be started: declare { executes: '${program}' } in the plugin's privileges`
}

/** The program that a name stands for, if its modes let it be started. */
function programOf(name: string, { path, mayAccess }: Host): string | undefined {
  const candidates = isAbsolute(name)
    ? [name]
    : path.split(delimiter).map(folder => join(folder, name))
  return candidates.find(candidate => mayAccess(candidate, 'execute'))
}

/** From these ABIs on, a domain decides about TCP ports, abstract unix sockets, and those with a path. */
const SINCE = { ports: 4, abstract: 6, paths: 9 } as const

function refusedConnection(
  { port = 0, address = '' }: SystemError,
  { connects, unix }: Reach,
  abi: number,
): string | undefined {
  if (port > 0) {
    if (abi < SINCE.ports || !connects || connects.some(({ what }) => what === port)) {
      return undefined
    }
    return (
      `Landlock lets only declared TCP ports be connected to: declare { connects: ${port} } in the plugin's ` +
      `privileges, or ${port} in landlock.connects`
    )
  }
  const name = address.replace(/^\0/, '@')
  const since = name.startsWith('@') ? SINCE.abstract : SINCE.paths
  if (name === '' || abi < since || unix.some(({ what }) => what === name)) return undefined
  return `Landlock lets only declared unix sockets be connected to: declare { unix: '${name}' } in the plugin's privileges`
}

function refusedListener(
  { port = 0, address = '' }: SystemError,
  { listens, unix }: Reach,
  abi: number,
): string | undefined {
  if (address.startsWith('/')) {
    if (unix.some(({ what }) => what === address)) return undefined
    return `Landlock lets only declared unix sockets be made: declare { unix: '${address}' } in the plugin's privileges`
  }
  if (abi < SINCE.ports || !listens || listens.some(({ what }) => what === port)) return undefined
  if (port <= 0) {
    return (
      'Landlock lets only declared TCP ports be listened on: name a port and declare { listens: PORT }, or ' +
      "declare { network: 'ip' } for any"
    )
  }
  return (
    `Landlock lets only declared TCP ports be listened on: declare { listens: ${port} } in the plugin's ` +
    `privileges, or ${port} in landlock.listens`
  )
}
