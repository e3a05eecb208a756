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
    doc: 'How often everything is measured.',
    format: durationFrom(1),
    default: 10_000,
  },
  metricsets: {
    doc: 'What is measured.',
    format: listOf(oneOf(METRICSETS)),
    default: [...METRICSETS],
  },
  hostfs: {
    doc: "Where the host's root is mounted, for an agent in a container.",
    format: text,
    default: '/',
  },
  filesystem: {
    ignore_types: {
      doc: 'Types of filesystems to leave out. Null: those with nodev in /proc/filesystems.',
      format: listOf(text),
      nullable: true,
      default: null,
    },
  },
}
