import type { Schema } from 'convict'
import type { MemoryQueueSettings } from '../config.ts'
import { duration } from '../schema/duration.ts'
import { integer } from '../schema/formats.ts'

export const memoryQueueSchema: Schema<MemoryQueueSettings> = {
  events: {
    doc: 'How many events the queue holds; when it is full, beats wait.',
    format: integer(1, 10_000_000),
    default: 3200,
  },
  flush: {
    min_events: {
      doc: 'So many events make a batch at once, and no batch has more. May not exceed events.',
      format: integer(1, 10_000_000),
      default: 1600,
    },
    timeout: {
      // Beats wait for 10s: too long for who watches a console, and a host has few events a second.
      doc: 'How long events wait for a batch to fill. 0 sends them as they come.',
      format: duration,
      default: 1000,
    },
  },
}
