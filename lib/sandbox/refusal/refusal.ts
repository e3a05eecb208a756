// Who refused what a system error is about, and what to declare: the hint of a line in the log.
//
//   spawn    EPERM: the filter;  EACCES: Landlock, `executes`
//   files    EACCES, EXDEV: Landlock, `writes` or `reads`, or `proc: 'inside'`       (refused-file.ts)
//   sockets  EPERM: the filter;  EACCES: Landlock, `connects`, `listens` or `unix`   (refused-socket.ts)
//   addons   ERR_DLOPEN_FAILED: the filter                                           (refused-library.ts)
//
// Only where it is plausible: what the modes of a file or a missing capability would have refused as well is not
// Landlock's doing, and gets no hint.

import { delimiter, isAbsolute, join } from 'node:path'
import { isBelow } from '../exposed.ts'
import { type Confinement, type FileHost, refusedFile } from './refused-file.ts'
import { refusedLibrary } from './refused-library.ts'
import { type RefusedSocket, refusedSocket } from './refused-socket.ts'
import { type SystemError, systemErrorsOf } from './system-errors-of.ts'

/** What an agent is confined by. */
export interface Refusals extends Confinement {
  /** What an installed filter has no way to. */
  readonly filtered: Filtered
}

/** Programs to start, native libraries to load, and kinds of sockets. */
export type Filtered = ReadonlySet<'programs' | 'libraries' | RefusedSocket>

export interface Host extends FileHost {
  /** `PATH` of the environment. */
  readonly path: string
  /** Whether native code can be loaded from there, as far as mounts decide. */
  readonly mayLoad: (path: string) => boolean
}

/** What to say of an error beyond its message; undefined if the sandbox has nothing to do with it. */
export function refusalHint(thrown: unknown, refusals: Refusals, host: Host): string | undefined {
  for (const error of systemErrorsOf(thrown)) {
    const hint = hintFor(error, refusals, host)
    if (hint !== undefined) return hint
  }
  return refusals.filtered.has('libraries') ? refusedLibrary(thrown, host.mayLoad) : undefined
}

function hintFor(error: SystemError, refusals: Refusals, host: Host): string | undefined {
  const { code, syscall } = error
  if (syscall.startsWith('spawn')) return refusedProgram(error, refusals, host)
  const socket = refusedSocket(error, refusals)
  if (socket !== undefined) return socket
  if (refusals.abi === undefined || !REFUSING.includes(code)) return undefined
  return refusedFile(error, refusals, host)
}

const REFUSING = ['EACCES', 'EPERM', 'EXDEV']

function refusedProgram(
  { code, path }: SystemError,
  { filtered, reach, abi }: Refusals,
  host: Host,
): string | undefined {
  if (code === 'EPERM' && filtered.has('programs')) {
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
