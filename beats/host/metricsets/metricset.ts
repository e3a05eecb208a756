import type { Event } from 'sealbeat'
import type { HostFiles } from '../host-files.ts'
import type { ReadProcesses } from '../processes/read.ts'
import type { TopSettings } from '../processes/top.ts'
import type { Troubles } from '../troubles.ts'
import type { Check } from './figures.ts'

export interface Host {
  readonly files: HostFiles
  /** Filesystem types to leave out. Null: those that have no device. */
  readonly ignoredTypes: readonly string[] | null
  /** How many processes are reported one by one. */
  readonly top: TopSettings
  /** What /proc/PID/stat says of all processes, in this tick. */
  processes(tick: object, signal: AbortSignal): Promise<ReadProcesses>
  /** Returns a figure that is possible. Every number of an event passes it, so only wholes need be told here. */
  readonly check: Check
  /** Reports a problem with a subject, or with undefined that it is over. It is logged when it changes. */
  readonly trouble: Troubles
}

/**
 * Takes one sample and returns the fields of each of its events.
 *
 * @param tick the same for all samples of one tick, and for no others
 * @throws if the sample can't be taken
 */
export type Collect = (
  signal: AbortSignal,
  tick: object,
) => readonly Event[] | Promise<readonly Event[]>

/** One kind of measurement. The returned function keeps the state from one sample to the next. */
export type Metricset = (host: Host) => Collect
