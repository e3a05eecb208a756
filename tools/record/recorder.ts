import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { endianness } from 'node:os'
import type { NativeRecording } from '../../lib/addon.ts'
import {
  type Architecture,
  architectureOf,
  loadArchitecture,
} from '../../lib/seccomp/architectures/architecture.ts'
import { encode } from '../../lib/seccomp/compiler/program.ts'
import { recordingFilter } from '../../lib/seccomp/record/filter.ts'
import { findRecorder, meaningOf } from '../../lib/seccomp/record/native.ts'
import { MARK } from '../../lib/seccomp/record/phases.ts'
import { PHASES } from '../../test/workload/phase.ts'
import { NOTED_ARGUMENTS, type RecordedCall } from './recording.ts'

/** A command to record. */
export interface Run {
  readonly node: string
  readonly args: readonly string[]
  /** Whether it gets a terminal instead of pipes. */
  readonly terminal?: boolean
}

const START = 'dist/lib/seccomp/record/start.js'
/** The descriptor on which the process sends its listener. */
const CHANNEL = 3

/**
 * Runs Node to its end under the agent's own recorder, including all threads and children. The recorder
 * denies io_uring_setup and clone3, as our filter does.
 */
export async function trace(run: Run): Promise<readonly RecordedCall[]> {
  const name = architectureOf(process.arch, endianness())
  const found = findRecorder()
  if ('problem' in found) throw new Error(found.problem)
  if (!name) throw new Error(`no table for ${process.arch}`)
  const architecture = await loadArchitecture(name)
  const { close } = architecture.table.numbers
  const { ours, theirs } = found.recorder.openChannel()
  const { audit } = architecture
  const noted = notedBits(architecture)
  const recording = new found.recorder.Recording(ours, noted, close ?? 0, MARK, audit)
  await finish(commandLine(run, architecture), theirs)
  const failure = meaningOf(recording.errno)
  if (failure !== undefined) throw new Error(failure)
  return callsOf(architecture, recording)
}

function commandLine({ node, args, terminal }: Run, architecture: Architecture) {
  const program = encode(recordingFilter(architecture), architecture.endian)
  const command = [node, START, String(CHANNEL), Buffer.from(program).toString('base64'), ...args]
  return terminal ? ['script', '-qec', command.join(' '), '/dev/null'] : command
}

/** Runs the command to its end. Its exit code says nothing, as some programs crash on purpose. */
async function finish([program = '', ...args]: readonly string[], channel: number): Promise<void> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit', channel] })
  closeSync(channel)
  child.stdin?.end('input\n')
  child.stdout?.on('data', data => process.stdout.write(data))
  await once(child, 'close')
}

function notedBits({ table }: Architecture): Uint8Array {
  const bits = new Uint8Array(8192)
  for (const [name, args] of Object.entries(NOTED_ARGUMENTS)) {
    const number = table.numbers[name]
    if (number !== undefined) bits[number] = args.reduce((all, each) => all | (1 << each), 0)
  }
  return bits
}

/** Words per kind of call: phase, architecture, number, six arguments, count. */
const WORDS = 10

function callsOf({ audit, table }: Architecture, recording: NativeRecording) {
  const names = new Map(Object.entries(table.numbers).map(([name, number]) => [number, name]))
  const calls = new Map<string, { phases: Record<string, number>; values: Set<string> }>()
  const words = recording.counts()
  for (let at = 0; at < words.length; at += WORDS) {
    const row = words.subarray(at, at + WORDS)
    const name = Number(row[1]) === audit ? names.get(Number(row[2])) : undefined
    if (name === undefined) throw new Error(`system call ${row[2]} of ${row[1]} is on no table`)
    const call = calls.get(name) ?? { phases: {}, values: new Set() }
    calls.set(name, call)
    const phase = PHASES[Number(row[0])] ?? 'boot'
    call.phases[phase] = (call.phases[phase] ?? 0) + Number(row[WORDS - 1])
    const noted = NOTED_ARGUMENTS[name]
    if (noted && phase !== 'boot') {
      call.values.add(noted.map(argument => hex(row[3 + argument] ?? 0n)).join(' '))
    }
  }
  return [...calls].map(([name, { phases, values }]): RecordedCall => {
    return { name, phases, values: [...values].sort() }
  })
}

function hex(word: bigint): string {
  return word === 0n ? '0' : `0x${word.toString(16)}`
}
