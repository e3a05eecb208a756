const DAY_MS = 86_400_000

/**
 * Writes times as `toISOString` does, of years from 0 to 9999. It is faster where many times are of one day:
 * that is written once.
 */
export function isoWriter(): (ms: number) => string {
  let day = Number.NaN
  let date = ''
  return ms => {
    const dayOfMs = Math.floor(ms / DAY_MS)
    if (dayOfMs !== day) {
      day = dayOfMs
      date = new Date(day * DAY_MS).toISOString().slice(0, 11)
    }
    const rest = ms - day * DAY_MS
    const seconds = Math.floor(rest / 1000)
    const minutes = Math.floor(seconds / 60)
    const hours = Math.floor(minutes / 60)
    const fraction = String(1000 + (rest - seconds * 1000)).slice(1)
    return `${date}${two(hours)}:${two(minutes - hours * 60)}:${two(seconds - minutes * 60)}.${fraction}Z`
  }
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
