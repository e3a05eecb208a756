// The keys that every output has beside its own, and the delivery settings that they make.
//
// A setting of delivery is, weakest first, the framework's default, the output's own (`delivery` of
// lib/output.ts), and the user's.

import type { Schema } from 'convict'
import type { Report } from '../errors.ts'
import type { DeliverySettings } from '../output.ts'
import type { RawSection } from './config.ts'
import { bytesFrom } from './schema/bytes.ts'
import { duration, durationFrom, formatDuration } from './schema/duration.ts'
import { integer, text } from './schema/formats.ts'
import { isMap } from './schema/leaf.ts'
import { parseSection } from './schema/section.ts'

/** Beats' defaults, but for `bulk_max_bytes`, and for `max_retries`: nothing is dropped by itself. */
export const DEFAULT_DELIVERY: DeliverySettings = {
  bulk_max_size: 2048,
  bulk_max_bytes: 10 * 1024 * 1024,
  inFlight: 1,
  ordered: false,
  backoff: { init: 1000, max: 60_000 },
  timeout: 90_000,
  max_retries: -1,
}

/** Delivery as a user writes it: `workers` is `inFlight`, and whether order is kept is the output's to say. */
interface DeliveryKeys extends Omit<DeliverySettings, 'inFlight' | 'ordered'> {
  readonly workers: number
  readonly dead_letter: DeadLetterConfig
}

/** `dead_letter` of an output: what becomes of events that it refuses for good. */
export interface DeadLetterConfig {
  /** Whether they are kept. */
  readonly enabled: boolean
  /** The most that their files take; 0: no limit. */
  readonly max_bytes: number
}

/** What the framework's keys of an output make. */
interface ParsedDelivery {
  readonly delivery: DeliverySettings
  readonly deadLetter: DeadLetterConfig
}

function deliverySchema(defaults: DeliverySettings): Schema<DeliveryKeys> {
  return {
    bulk_max_size: {
      doc: 'The most events of a batch.',
      format: integer(1, 1_000_000),
      default: defaults.bulk_max_size,
    },
    bulk_max_bytes: {
      doc: 'The most bytes of a batch. A single event that is larger is sent alone.',
      format: bytesFrom(1),
      default: defaults.bulk_max_bytes,
    },
    workers: {
      doc: 'How many batches are sent at once. An output that keeps the order of events takes only 1.',
      format: integer(1, 1024),
      default: defaults.inFlight,
    },
    backoff: {
      init: {
        doc: 'The step of the first pause after a failed write. Each further failure doubles it; a pause is a random value in the upper half of its step.',
        format: durationFrom(1),
        default: defaults.backoff.init,
      },
      max: {
        doc: 'The longest step.',
        format: durationFrom(1),
        default: defaults.backoff.max,
      },
    },
    timeout: {
      doc: 'How long a write may go without an answer or progress before it counts as failed. 0: for ever, the default of console and file.',
      format: duration,
      default: defaults.timeout,
    },
    max_retries: {
      doc: 'How often an event is tried again before it goes to the dead letter. -1: for ever.',
      format: integer(-1),
      default: defaults.max_retries,
    },
    dead_letter: {
      enabled: {
        doc: 'Whether events that the output refuses for good are kept below path.data. false: they are dropped.',
        format: Boolean,
        default: true,
      },
      max_bytes: {
        doc: 'The most that they may take. Then the oldest give way, and are counted as lost. 0: no limit.',
        format: bytesFrom(0),
        default: 1024 ** 3,
      },
    },
  }
}

interface OutputKeys extends DeliveryKeys {
  readonly type: string
  readonly enabled: boolean
}

/** The keys of every output, with the framework's defaults. */
export const outputSchema: Schema<OutputKeys> = {
  type: {
    doc: 'A built-in output, the name of a package, or a path relative to path.config. Empty: the name of the section.',
    format: text,
    default: '',
  },
  enabled: {
    doc: 'Whether events go there. Exactly one output is enabled.',
    format: Boolean,
    default: true,
  },
  ...deliverySchema(DEFAULT_DELIVERY),
}

export const OUTPUT_KEYS: readonly string[] = Object.keys(outputSchema)

/** Keys that the schema of an output must not have: the framework uses them, or has a schema for them. */
export const RESERVED_OUTPUT_KEYS: readonly string[] = [...OUTPUT_KEYS, ...['ssl', 'proxy_url']]

/**
 * The delivery and the dead letter of an output; undefined if a key is wrong, which has been reported.
 *
 * @param own the defaults that the output declares
 */
export function parseDelivery(
  section: RawSection,
  own: Partial<DeliverySettings>,
  report: Report,
): ParsedDelivery | undefined {
  const defaults = { ...DEFAULT_DELIVERY, ...own }
  const written = parseSection(deliverySchema(defaults), section, report)
  if (written === undefined) return undefined
  const { workers, backoff, dead_letter: deadLetter, ...rest } = written
  const pauses = parsePauses(backoff, section, report)
  if (defaults.ordered && workers > 1) {
    const message = 'must be 1: this output keeps the order of events, one batch at a time'
    return void report([...section.path, 'workers'], message)
  }
  const { ordered } = defaults
  return (
    pauses && { delivery: { ...rest, backoff: pauses, inFlight: workers, ordered }, deadLetter }
  )
}

/** A default gives way to a written value that would contradict it. */
function parsePauses(
  { init, max }: DeliverySettings['backoff'],
  { path, value }: RawSection,
  report: Report,
): DeliverySettings['backoff'] | undefined {
  if (init <= max) return { init, max }
  const written = isMap(value.backoff) ? value.backoff : {}
  if (written.max === undefined) return { init, max: init }
  if (written.init === undefined) return { init: max, max }
  const longest = formatDuration(max)
  return void report(
    [...path, 'backoff', 'init'],
    `must not exceed backoff.max, which is ${longest}`,
  )
}
