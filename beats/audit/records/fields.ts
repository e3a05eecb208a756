/** When the kernel wrote a record, and the number of its event: records with the same number belong together. */
export interface Stamp {
  readonly time: Date
  readonly sequence: number
}

/** A record's stamp and the text behind it. */
interface Stamped extends Stamp {
  readonly rest: string
}

export const NO_STAMP = 'no time and serial number'

/** Reads `audit(1732540000.123:456): …`, as every record begins; undefined if this one does not. */
export function stampOf(text: string): Stamped | undefined {
  const found = /^audit\((\d{1,11})\.(\d{3}):(\d{1,10})\): ?/.exec(text)
  if (!found) return undefined
  const [whole, seconds, milliseconds, sequence] = found
  return {
    time: new Date(Number(seconds) * 1000 + Number(milliseconds)),
    sequence: Number(sequence),
    rest: text.slice(whole.length),
  }
}

/** What names the event of a record: `audit(1732540000.123:456`. */
export function eventOfText(text: string): string {
  return text.slice(0, text.indexOf(')'))
}

export type Fields = ReadonlyMap<string, string>

/** Splits `key=value key=value …`. Values contain no space: the kernel writes a name with one in hexadecimal. */
export function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  addFields(text, 0, text.length, fields)
  return fields
}

/** Adds those between two places in the text, the second of which is a space or its end. It makes no list of words first: there may be many records. */
function addFields(text: string, start: number, end: number, fields: Map<string, string>): void {
  for (let from = start; from < end; ) {
    const space = text.indexOf(' ', from)
    const to = space < 0 ? end : space
    const at = text.indexOf('=', from)
    if (at > from && at < to) fields.set(text.slice(from, at), text.slice(at + 1, to))
    from = to + 1
  }
}

/**
 * The same for a record with a security module's label, `… subj=snap.x (enforce) pid=…`. It may contain anything,
 * even what looks like fields, so it reaches to the last `next`, behind which there is no other label.
 */
export function labelledFieldsOf(text: string, next: string): Map<string, string> {
  const from = text.indexOf(SUBJECT)
  if (from < 0) return fieldsOf(text)
  const found = text.lastIndexOf(next)
  const to = found < from ? text.length : found
  const fields = new Map<string, string>()
  addFields(text, 0, from, fields)
  addFields(text, to, text.length, fields)
  return fields.set('subj', text.slice(from + SUBJECT.length, to))
}

const SUBJECT = ' subj='

/** The label in a record if several security modules have one each: those are in a record of their own. */
export const SEVERAL = '?'

/**
 * The label itself. Before Linux 5.18, AppArmor put a `=` in front of each, to say that it is seen from the root
 * of its namespaces: `subj==unconfined`.
 */
export function labelOf(written: string | undefined): string | undefined {
  const label = written?.replace(/^=/, '')
  return label === '' ? undefined : label
}

export function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

/** 32 bits, with or without `0x`. */
export function hexadecimal(text: string | undefined): number | undefined {
  const digits = text?.replace(/^0x/, '')
  const isNumber = digits !== undefined && /^[0-9a-f]{1,8}$/i.test(digits)
  return isNumber ? Number.parseInt(digits, 16) : undefined
}

/** The number of a system call: the kernel writes the 32 bits of the register as a signed number. */
export function callNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) >>> 0 : undefined
}

export const UNSET = 0xffffffff // (uid_t) -1 of linux/audit.h

/** An id that is there and not `UNSET`. */
export function setId(text: string | undefined): number | undefined {
  const id = decimal(text)
  return id === UNSET ? undefined : id
}

/**
 * Decodes a name that the process chose itself. It is written in quotes, or in hexadecimal if it contains a
 * space, a quote or anything beyond printable ASCII (kernel/audit.c, audit_log_untrustedstring). `(null)`
 * means that there is no name.
 */
export function untrusted(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value === '(null)') return undefined
  if (value.startsWith('"')) return value.slice(1, value.endsWith('"') ? -1 : undefined)
  const isHex = value.length % 2 === 0 && /^[0-9A-F]+$/.test(value)
  return isHex ? Buffer.from(value, 'hex').toString('utf8') : value
}
