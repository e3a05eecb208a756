import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import type { NativeRecording, Recorder } from '../../addon.ts'
import type { Architecture } from '../architectures/architecture.ts'
import { encode } from '../compiler/program.ts'
import { type Counts, readCounts } from './counts.ts'
import { recordingFilter } from './filter.ts'
import { meaningOf, openRecording } from './native.ts'
import { PHASES, type Phase, RECORDED } from './phases.ts'
import type { RecordedAgent } from './recording.ts'

export interface Recorded {
  /** Where record/start.js lies: not beside whoever has bundled this. */
  readonly start: string
  /** node's arguments. */
  readonly args: readonly string[]
  readonly stdio: readonly ['inherit' | 'ignore', number | 'inherit', number | 'inherit']
}

/** The descriptor by which the process sends its listener. */
const CHANNEL = 3

/** A Node process every system call of which, and of its children, is counted and goes on. */
export class RecordedProcess implements RecordedAgent {
  readonly shortcomings = []
  readonly #architecture: Architecture
  readonly #recording: NativeRecording
  readonly #child: ChildProcess

  /** @throws Error where it can't be started */
  constructor(recorder: Recorder, architecture: Architecture, { start, args, stdio }: Recorded) {
    const { errno, ours, theirs } = recorder.openChannel()
    if (errno !== 0) throw new Error(`no socket to record over: ${getSystemErrorName(-errno)}`)
    this.#architecture = architecture
    this.#recording = openRecording(recorder, architecture, ours)
    const program = encode(recordingFilter(architecture), architecture.endian)
    const words = [start, String(CHANNEL), Buffer.from(program).toString('base64'), ...args]
    const all: StdioOptions = [...stdio, theirs]
    try {
      this.#child = spawn(process.execPath, words, {
        stdio: all,
        env: { ...process.env, [RECORDED]: '1' },
        // A session of its own: Ctrl-C reaches it once, by us, and not from the terminal as well.
        detached: true,
      })
    } finally {
      closeSync(theirs)
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  get phase(): Phase {
    return PHASES[this.#recording.phase] ?? 'boot'
  }

  /** Why nothing more is recorded, if so: the process is of no use then. */
  get failure(): string | undefined {
    return meaningOf(this.#recording.errno)
  }

  counts(): Counts {
    return readCounts(this.#architecture, this.#recording.counts())
  }

  /** The exit code; 128 + the signal's number where one has ended it, as shells have it. */
  async ended(): Promise<number> {
    // Whoever is not answered any more gets ENOSYS for every call, which is no life.
    const watch = setInterval(() => this.failure !== undefined && this.signal('SIGKILL'), 200)
    try {
      const [code, signal] = await once(this.#child, 'exit')
      return signal === null ? code : 128 + signalNumber(signal)
    } finally {
      clearInterval(watch)
    }
  }
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal]
}
