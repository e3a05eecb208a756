import { type Beat, durationFrom, integer, listOf, oneOf, text } from 'sealbeat'
import { DEFAULT_METRICSETS, METRICSETS, type MetricsetName } from './metricsets/all.ts'

export interface Settings {
  /** Milliseconds. */
  readonly period: number
  readonly metricsets: readonly MetricsetName[]
  readonly hostfs: string
  readonly filesystem: { readonly ignore_types: readonly string[] | null }
  readonly process: {
    readonly include_top_n: { readonly by_cpu: number; readonly by_memory: number }
  }
}

export const schema: Beat<Settings>['schema'] = {
  period: {
    doc: 'How often to measure.',
    format: durationFrom(1),
    default: 10_000,
  },
  metricsets: {
    doc: 'What to measure: these, and also process and socket_summary.',
    format: listOf(oneOf(METRICSETS)),
    default: [...DEFAULT_METRICSETS],
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
  process: {
    include_top_n: {
      by_cpu: {
        doc: 'How many processes the metricset process reports that spend most CPU time.',
        format: integer(0, 1000),
        default: 5,
      },
      by_memory: {
        doc: 'How many it reports that have most memory.',
        format: integer(0, 1000),
        default: 5,
      },
    },
  },
}
