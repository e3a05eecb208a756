import { closeSync } from 'node:fs'
import { MARK } from '../../lib/seccomp/record/phases.ts'
import { ENDINGS } from './endings.ts'

/** A part of an agent's work, with the name that recordings use. */
export interface Phase {
  readonly name: string
  /** `folder` is an empty, writable folder only for this phase. @throws Error if the runtime fails */
  run(folder: string): Promise<void>
}

/** The phases of a recording: `boot` is the time before the first mark. */
export const PHASES: readonly string[] = [
  ...[
    'boot',
    'timers',
    'files',
    'directories',
    'streams',
    'compression',
    'cryptography',
    'threads',
  ],
  ...['names', 'network', 'datagrams', 'web', 'system', 'modules', 'engine', 'signals', 'steady'],
  ...['close', ...ENDINGS],
]

/** Tells a recorder that a phase begins; without a recorder the call fails, which does not matter. */
export function mark(name: string): void {
  try {
    closeSync(MARK + PHASES.indexOf(name))
  } catch {
    // Nobody is recording.
  }
}

/** Ignores errors that depend on the machine (no IPv6, no name server); throws all others. */
export async function tolerate(codes: readonly string[], work: () => Promise<unknown>) {
  try {
    await work()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined || !codes.includes(code)) throw error
  }
}
