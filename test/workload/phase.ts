import { closeSync } from 'node:fs'
import { MARK } from '../../lib/seccomp/record/phases.ts'
import { ENDINGS } from './endings.ts'

/** A part of what an agent does, under a name that recordings refer to. */
export interface Phase {
  readonly name: string
  /** `folder` is empty, writable and the phase's own. Throws where the runtime lets it down. */
  run(folder: string): Promise<void>
}

/** What a recording is divided into: `boot` is what comes before the first mark. */
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

/** Tells a recorder that a phase begins; without one the call fails, which is no matter. */
export function mark(name: string): void {
  try {
    closeSync(MARK + PHASES.indexOf(name))
  } catch {
    // Nobody is recording.
  }
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
