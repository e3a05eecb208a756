import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dlopen, umask } from 'node:process'
import { type Code, sharedObject } from './shared-object.ts'

const MASK = 0o77

/** Writes a shared object below the folder and loads it: `done` if its code has run, else the loader's words. */
export function loaded(kind: Code, folder: string): string {
  const [library, mark] = [`${folder}/${kind}.so`, `${folder}/${kind}.mark`]
  const descriptor = openSync(mark, 'w')
  const before = umask(MASK)
  try {
    writeFileSync(library, sharedObject(kind, descriptor))
    const why = reasonOf(library)
    const hasRun = kind === 'borrowed' ? umask() !== MASK : readFileSync(mark, 'utf8') === 'x'
    return hasRun ? 'done' : why
  } finally {
    umask(before)
    closeSync(descriptor)
    for (const file of [library, mark]) rmSync(file, { force: true })
  }
}

/** Node refuses what is no addon, but only once it is loaded. */
function reasonOf(library: string): string {
  try {
    dlopen({ exports: {} }, library)
    return 'loaded'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
