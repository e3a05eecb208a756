// `queue`: one in memory, or one on the disk.

import { resolve } from 'node:path'
import type { Schema } from 'convict'
import type { Path, Report } from '../errors.ts'
import {
  type DiskQueueSettings,
  type MemoryQueueSettings,
  type PathSettings,
  type QueueSettings,
  SYNC_MODES,
} from './config.ts'
import { bytesFrom } from './schema/bytes.ts'
import { duration } from './schema/duration.ts'
import { integer, oneOf, text } from './schema/formats.ts'
import { isMap } from './schema/leaf.ts'

interface WrittenDiskQueue {
  readonly path: string
  readonly max_size: number | null
  readonly segment_size: number | null
  readonly sync: DiskQueueSettings['sync']
}

/** As written. */
export interface WrittenQueue {
  readonly mem: MemoryQueueSettings
  readonly disk: WrittenDiskQueue
}

const memoryQueueSchema: Schema<MemoryQueueSettings> = {
  events: {
    doc: 'The maximum number of events in the queue. When it is full, beats wait.',
    format: integer(1, 10_000_000),
    default: 6400,
  },
  bytes: {
    doc: 'The maximum size of the encoded events in the queue. When it is full, beats wait.',
    format: bytesFrom(64 * 1024),
    default: 64 * 1024 * 1024,
  },
  flush: {
    min_events: {
      doc: 'While a batch is on its way, another one is due once this many events are queued. With nothing on its way, events go at once. Must not exceed events.',
      format: integer(1, 10_000_000),
      default: 1600,
    },
    timeout: {
      // Beats wait for 10s: too long for somebody who watches a console, and a host has few events a second.
      doc: 'How long an event may wait for min_events while a batch is on its way. 0 does not wait.',
      format: duration,
      default: 1000,
    },
  },
}

const diskQueueSchema: Schema<WrittenDiskQueue> = {
  path: {
    doc: 'The folder of the queue. A relative path is below path.data.',
    format: text,
    default: 'queue',
  },
  max_size: {
    doc: 'The maximum size of the queue on the disk, 10MB or more. When it is full, beats wait. Required for a queue on the disk; null: the queue is in memory.',
    format: bytesFrom(10_000_000),
    nullable: true,
    default: null,
  },
  segment_size: {
    doc: 'The maximum size of one file of it, from 1MB to half of max_size: a file is removed once all of its events are settled. null: a tenth of max_size.',
    format: bytesFrom(1_000_000),
    nullable: true,
    default: null,
  },
  sync: {
    doc: 'When events count as stored: with batch once they are synced, so that a power cut loses nothing; with interval and none once the kernel has them, which then syncs them within a second, or when it likes.',
    format: oneOf(SYNC_MODES),
    default: 'batch',
  },
}

export const queueSchema: Schema<WrittenQueue> = { mem: memoryQueueSchema, disk: diskQueueSchema }

/** `value`: what was written below `queue`. */
export function parseQueue(
  { mem, disk }: WrittenQueue,
  value: unknown,
  { data }: PathSettings,
  report: Report,
): QueueSettings {
  const written = isMap(value) ? value : {}
  const onDisk = parseDiskQueue(disk, written, data, report)
  return {
    mem: parseMemoryQueue(mem, written, report),
    disk: onDisk,
    outside: onDisk === undefined || isBelow(onDisk.path, data) ? [] : [onDisk.path],
  }
}

/** Lowers the default of `flush.min_events` to a smaller `events`; reports a written value that is larger. */
function parseMemoryQueue(
  settings: MemoryQueueSettings,
  written: Readonly<Record<string, unknown>>,
  report: Report,
): MemoryQueueSettings {
  const { events, flush } = settings
  if (flush.min_events <= events) return settings
  if (valueAt(written, ['mem', 'flush', 'min_events']) === flush.min_events) {
    report(
      ['queue', 'mem', 'flush', 'min_events'],
      `must not exceed queue.mem.events, which is ${events}`,
    )
  }
  return { ...settings, flush: { ...flush, min_events: events } }
}

function parseDiskQueue(
  settings: WrittenDiskQueue,
  written: Readonly<Record<string, unknown>>,
  data: string,
  report: Report,
): DiskQueueSettings | undefined {
  if (!Object.hasOwn(written, 'disk')) return undefined
  const { max_size } = settings
  const path = ['queue', 'disk', 'max_size']
  if (max_size === null) {
    const own = valueAt(written, ['disk'])
    // Every setting with its default says nothing; a wrong value has been reported.
    if (!isMap(own) || !Object.hasOwn(own, 'max_size')) report(path, 'is required')
    return undefined
  }
  if (Object.hasOwn(written, 'mem')) {
    const message = 'there is one queue: remove queue.mem or queue.disk'
    for (const key of ['mem', 'disk']) report(['queue', key], message)
  }
  const segment_size = settings.segment_size ?? Math.max(1_000_000, Math.floor(max_size / 10))
  if (segment_size > max_size / 2) {
    report(
      ['queue', 'disk', 'segment_size'],
      `must not exceed half of queue.disk.max_size, which is ${max_size}`,
    )
  }
  return { path: resolve(data, settings.path), max_size, segment_size, sync: settings.sync }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((here, key) => (isMap(here) ? here[key] : undefined), value)
}
