import { errorsIn } from './system-errors-of.ts'

/** What the loader says where mmap(2) or mprotect(2) refuses code: glibc, which names no errno, and musl. */
const REFUSED =
  /failed to map segment|segment writable for relocation|protection after relocation|Operation not permitted/

/**
 * The hint for a native addon that a filter has kept from being loaded: process.dlopen says no more than that its
 * code could not be mapped.
 *
 * @param mayLoad whether the file's mount would have let it be loaded
 */
export function refusedLibrary(
  thrown: unknown,
  mayLoad: (file: string) => boolean,
): string | undefined {
  const words = errorsIn(thrown)
    .filter(error => 'code' in error && error.code === 'ERR_DLOPEN_FAILED')
    .map(({ message }) => message)
    .find(message => REFUSED.test(message))
  if (words === undefined) return undefined
  const file = /(\/[^:]*): /.exec(words)?.[1]
  if (file !== undefined && !mayLoad(file)) return undefined
  return (
    'the filter lets no native library be loaded (seccomp.late_libraries, or node --jitless): import it before the ' +
    "seal, at the top of the beat's module"
  )
}
