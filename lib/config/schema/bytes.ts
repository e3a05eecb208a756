import { defineFormat, type Format } from './formats.ts'

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}
const WRITTEN = /^([0-9]+(?:\.[0-9]+)?) ?([kKMGT]?i?B)$/

/** A number of bytes, written as `10MiB` (1024² each), `10MB` (1000²) or as the plain number. */
export const bytes: Format<number> = bytesFrom(0)

/** A number of bytes, at least `min`. */
export function bytesFrom(min: number): Format<number> {
  const isSettled = (value: unknown): value is number =>
    Number.isSafeInteger(value) && Number(value) >= min
  return defineFormat({
    expected: `must be a size${min > 0 ? ` of ${min} bytes or more` : ''}, such as 10MiB, 10MB or 4096`,
    parse: written => {
      const parsed = typeof written === 'string' ? parse(written) : written
      return isSettled(parsed) ? parsed : undefined
    },
    isSettled,
    json: {
      anyOf: [
        { type: 'integer', minimum: min },
        { type: 'string', pattern: WRITTEN.source },
      ],
    },
  })
}

function parse(written: string): number | undefined {
  const [, count, unit] = WRITTEN.exec(written) ?? []
  const size = UNITS[unit ?? '']
  return size === undefined ? undefined : Math.round(Number(count) * size)
}
