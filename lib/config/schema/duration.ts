import { defineFormat, type Format } from './formats.ts'

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const PART = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/gy
/** Node's timers hold 31 bits; a longer delay would fire at once. */
const LONGEST = 2 ** 31 - 1

/** Milliseconds, written as `500ms`, `10s`, `1m30s`, `24h` (or 0); at most `24d20h`, what timers can do. */
export const duration: Format<number> = durationFrom(0)

/** A duration of no less than `min` milliseconds: a period, for one, must not be 0. */
export function durationFrom(min: number): Format<number> {
  const isSettled = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= LONGEST
  return defineFormat({
    expected: `must be a duration ${min > 0 ? `from ${formatDuration(min)} to` : 'of at most'} 24d20h, such as 10s or 1m30s`,
    parse: written => {
      const parsed = written === 0 ? 0 : typeof written === 'string' ? parse(written) : undefined
      return isSettled(parsed) ? parsed : undefined
    },
    isSettled,
    guess: written => (typeof written === 'number' && written > 0 ? ' (it lacks a unit)' : ''),
  })
}

function parse(written: string): number | undefined {
  if (written === '0') return 0
  const parts = [...written.matchAll(PART)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== written) return undefined
  const sum = parts.reduce(
    (ms, [, count, unit]) => ms + Number(count) * (MILLISECONDS[unit ?? ''] ?? NaN),
    0,
  )
  // 0.1s and 0.7s are whole milliseconds that binary fractions miss by a hair.
  const whole = Math.round(sum)
  return Math.abs(sum - whole) < 1e-6 ? whole : undefined
}

/** `90000` → `1m30s`: how a duration would be written. */
export function formatDuration(ms: number): string {
  let rest = ms
  let written = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = MILLISECONDS[unit] ?? 1
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) written += `${count}${unit}`
  }
  return written === '' ? '0s' : written
}
