/** The longest pause that a peer is granted, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 600_000

const SECONDS = /^\d+(\.\d+)?$/

/** The three forms of RFC 9110, 5.6.7. `Date.parse` alone takes almost any text for a date. */
const DATES: readonly RegExp[] = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
]

/**
 * The pause that a `Retry-After` header asks for, as `retryAfterMs` of a `WriteResult` takes it: from 0,
 * if there is none, it is over, or it can't be understood, to ten minutes, whatever a peer asks for.
 *
 * @param nowMs what a date is compared with. The peer's own time, `Date.parse(headers.date)`, is right even
 *   where its clock and ours differ; if that is NaN, our own time is used.
 */
export function retryAfterMs(header: unknown, nowMs: number = Date.now()): number {
  if (typeof header !== 'string' || header.length > 64) return 0
  const text = header.trim()
  if (SECONDS.test(text)) return capped(Number(text) * 1000)
  const atMs = dateMs(text)
  return atMs === undefined ? 0 : capped(atMs - (Number.isFinite(nowMs) ? nowMs : Date.now()))
}

function dateMs(text: string): number | undefined {
  if (!DATES.some(form => form.test(text))) return undefined
  // The form of C's asctime names no zone, and is GMT as well.
  const ms = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`)
  return Number.isFinite(ms) ? ms : undefined
}

function capped(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), MAX_RETRY_AFTER_MS)
}
