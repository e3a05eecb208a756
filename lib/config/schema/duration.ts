import { defineFormat, type Format } from './formats.ts'

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const PART = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/gy
/** Milliseconds. Node's timers hold 31 bits; a longer delay would fire at once. */
const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds, written as `500ms`, `10s`, `1m30s`, `24h` or 0; at most `24d20h`, the limit of timers. */
export const duration: Format<number> = durationFrom(0)

/** A duration of at least `minMs` milliseconds. A period, for example, must not be 0. */
export function durationFrom(minMs: number): Format<number> {
  const isSettled = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= minMs && Number(value) <= LONGEST_MS
  return defineFormat({
    expected: `must be a duration ${minMs > 0 ? `from ${formatDuration(minMs)} to` : 'of at most'} 24d20h, such as 10s or 1m30s`,
    parse: written => {
      const parsed = written === 0 ? 0 : typeof written === 'string' ? parse(written) : undefined
      return isSettled(parsed) ? parsed : undefined
    },
    isSettled,
    json: { anyOf: [{ const: 0 }, { type: 'string', pattern: `^(0|(${PART.source})+)$` }] },
    guess: written => (typeof written === 'number' && written > 0 ? ' (the unit is missing)' : ''),
  })
}

function parse(written: string): number | undefined {
  if (written === '0') return 0
  const parts = [...written.matchAll(PART)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== written) return undefined
  const sumMs = parts.reduce(
    (ms, [, count, unit]) => ms + Number(count) * (MILLISECONDS[unit ?? ''] ?? NaN),
    0,
  )
  // 0.1s and 0.7s are whole milliseconds, but binary fractions are slightly off.
  const wholeMs = Math.round(sumMs)
  return Math.abs(sumMs - wholeMs) < 1e-6 ? wholeMs : undefined
}

/** `90000` → `1m30s`: a duration as a user would write it. */
export function formatDuration(ms: number): string {
  let restMs = ms
  let written = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const unitMs = MILLISECONDS[unit] ?? 1
    const count = Math.floor(restMs / unitMs)
    restMs -= count * unitMs
    if (count > 0) written += `${count}${unit}`
  }
  return written === '' ? '0s' : written
}
