import { existsSync } from 'node:fs'

/** A part of what an agent does, under a name that recordings refer to. */
export interface Phase {
  readonly name: string
  /** `folder` is empty, writable and the phase's own. Throws where the runtime lets it down. */
  run(folder: string): Promise<void>
}

/** The path that is looked for before a phase begins, so that a recorder knows which it is. */
export const MARKER = '/sealbeat-phase/'

export function mark(name: string): void {
  existsSync(`${MARKER}${name}`)
}

/** For errors that depend on the machine (no IPv6, no name server): anything else is thrown. */
export async function tolerate(codes: readonly string[], work: () => Promise<unknown>) {
  try {
    await work()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined || !codes.includes(code)) throw error
  }
}
