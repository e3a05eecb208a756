import type { Event } from 'sealbeat'
import type { HostFiles } from '../host-files.ts'

export interface Host {
  readonly files: HostFiles
  /** Types of filesystems that are not asked; null: those that no device stands behind. */
  readonly ignoredTypes: readonly string[] | null
  /**
   * Says that something is amiss with `subject`, undefined that it no longer is: logged when it
   * changes, not at every tick.
   */
  trouble(subject: string, message: string | undefined): void
}

/** Takes one sample: the fields of each event that it makes. Throws where there is no sample. */
export type Collect = (signal: AbortSignal) => readonly Event[] | Promise<readonly Event[]>

/** One kind of measurement. What it remembers from sample to sample belongs to what it returns. */
export type Metricset = (host: Host) => Collect
