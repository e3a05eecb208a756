import { type Beat, durationFrom, listOf, oneOf, text } from 'sealbeat'
import { METRICSETS, type MetricsetName } from './metricsets/all.ts'

export interface Settings {
  /** Milliseconds. */
  readonly period: number
  readonly metricsets: readonly MetricsetName[]
  readonly hostfs: string
  readonly filesystem: { readonly ignore_types: readonly string[] | null }
}

export const schema: Beat<Settings>['schema'] = {
  period: {
    doc: 'How often to measure.',
    format: durationFrom(1),
    default: 10_000,
  },
  metricsets: {
    doc: 'What to measure.',
    format: listOf(oneOf(METRICSETS)),
    default: [...METRICSETS],
  },
  hostfs: {
    doc: "Where the host's root is mounted if the agent runs in a container: /hostfs, for example.",
    format: text,
    default: '/',
  },
  filesystem: {
    ignore_types: {
      doc:
        'Filesystem types to leave out. By default those that /proc/filesystems marks as nodev, as they ' +
        'have no block device: tmpfs and proc, but also nfs, overlay and zfs. A list takes the place of ' +
        'these, it does not add to them; fuse stands for fuse.sshfs too. []: none.',
      format: listOf(text),
      nullable: true,
      default: null,
    },
  },
}
