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

interface RecordedCommand {
  /** The path of record/start.js, which is not next to this module once it is bundled. */
  readonly start: string
  /** The arguments for node. */
  readonly args: readonly string[]
  readonly stdio: readonly ['inherit' | 'ignore', number | 'inherit', number | 'inherit']
}

/** The descriptor on which the process sends its listener. */
const CHANNEL = 3

/** A Node process whose system calls, and those of its children, are counted and then continue. */
export class RecordedProcess implements RecordedAgent {
  readonly shortcomings = []
  readonly #architecture: Architecture
  readonly #recording: NativeRecording
  readonly #child: ChildProcess

  /** @throws Error if the process can't be started */
  constructor(
    recorder: Recorder,
    architecture: Architecture,
    { start, args, stdio }: RecordedCommand,
  ) {
    const { errno, ours, theirs } = recorder.openChannel()
    if (errno !== 0)
      throw new Error(`can't create a socket for the recording: ${getSystemErrorName(-errno)}`)
    this.#architecture = architecture
    this.#recording = openRecording(recorder, architecture, ours)
    const program = encode(recordingFilter(architecture), architecture.endian)
    const words = [start, String(CHANNEL), Buffer.from(program).toString('base64'), ...args]
    const all: StdioOptions = [...stdio, theirs]
    try {
      this.#child = spawn(process.execPath, words, {
        stdio: all,
        env: { ...process.env, [RECORDED]: '1' },

        // In its own session, Ctrl-C reaches it only once: from us, and not from the terminal as well.
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

  /** Why the recording has stopped, if it has. The process is useless then. */
  get failure(): string | undefined {
    return meaningOf(this.#recording.errno)
  }

  counts(): Counts {
    return readCounts(this.#architecture, this.#recording.counts())
  }

  /** The exit code, or 128 plus the number of the signal that ended it, as in shells. */
  async ended(): Promise<number> {
    // Without a recorder every call of the process fails with ENOSYS, so it can't go on.
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
