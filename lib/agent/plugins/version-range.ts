// Ranges of versions as npm writes them in package.json: `^0.1.0`, `>=1.2 <3`, `1.x || 2.x`, `1.0 - 2.0`.
//
// A range is a union of intersections of half-open intervals. Without pre-releases versions are three whole
// numbers, so `>1.2.3` begins at 1.2.4 and `<=1.2.3` ends there. A pre-release counts as the release that it
// comes before, in ranges and versions alike: what is made for 0.2.0 is to be tried with 0.2.0-rc.1.

type Triple = readonly [number, number, number]

/** From `low` on and below `high`; undefined: no end. */
interface Interval {
  readonly low: Triple
  readonly high: Triple | undefined
}

/** Whether a version is in a range. Undefined if it is no range of versions, such as `workspace:*` or a URL. */
export function isInRange(version: string, range: string): boolean | undefined {
  const parts = partsOf(version)
  if (parts?.length !== 3) return undefined
  const triple = tripleOf(parts)
  const alternatives = range.split('||').map(intervalsOf)
  if (alternatives.includes(undefined)) return undefined
  return alternatives.some(intervals => intervals?.every(interval => holds(interval, triple)))
}

const FIRST: Triple = [0, 0, 0]
const ALL: Interval = { low: FIRST, high: undefined }
const NONE: Interval = { low: FIRST, high: FIRST }

/** What has to hold at once; undefined if any of it is not understood. */
function intervalsOf(text: string): readonly Interval[] | undefined {
  const [, from, to] = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(text) ?? []
  const words =
    from !== undefined && to !== undefined
      ? [`>=${from}`, `<=${to}`]
      : text.replace(/([<>=~^])\s+/g, '$1').split(/\s+/)
  const intervals = words.filter(Boolean).map(intervalOf)
  return intervals.includes(undefined) ? undefined : intervals.filter(each => each !== undefined)
}

function intervalOf(word: string): Interval | undefined {
  const [, operator = '', rest = ''] = /^(\^|~>?|>=|<=|>|<|=)?(.*)$/s.exec(word) ?? []
  const parts = partsOf(rest)
  if (parts === undefined) return undefined
  const low = tripleOf(parts)
  const past = raised(parts, parts.length - 1)
  switch (operator) {
    case '>=':
      return { low, high: undefined }
    case '<':
      return { low: FIRST, high: low }
    case '>':
      return past === undefined ? NONE : { low: past, high: undefined }
    case '<=':
      return { low: FIRST, high: past }
    case '^': {
      const first = parts.findIndex(part => part > 0)
      return { low, high: raised(parts, first < 0 ? parts.length - 1 : first) }
    }
    case '~':
    case '~>':
      return { low, high: raised(parts, Math.min(parts.length - 1, 1)) }
    default:
      return parts.length === 0 ? ALL : { low, high: past }
  }
}

/** `1.2.x` → `[1, 2]`: the numbers before the first placeholder. Undefined if it is no version. */
function partsOf(text: string): readonly number[] | undefined {
  const numbers =
    /^v?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?(?:[-+][\w.+-]*)?$/.exec(text)
  if (numbers === null) return undefined
  const given = numbers.slice(1, 4).map(part => Number(part))
  const end = given.findIndex(Number.isNaN)
  return end < 0 ? given : given.slice(0, end)
}

function tripleOf([major = 0, minor = 0, patch = 0]: readonly number[]): Triple {
  return [major, minor, patch]
}

/** The first version in which the part at `at` is larger. Undefined if there is no such part. */
function raised(parts: readonly number[], at: number): Triple | undefined {
  if (at < 0) return undefined
  return tripleOf(parts.slice(0, at + 1).map((part, here) => (here === at ? part + 1 : part)))
}

function holds({ low, high }: Interval, version: Triple): boolean {
  return !isBelow(version, low) && (high === undefined || isBelow(version, high))
}

function isBelow(one: Triple, other: Triple): boolean {
  const at = one.findIndex((part, here) => part !== other[here])
  return at >= 0 && Number(one[at]) < Number(other[at])
}
