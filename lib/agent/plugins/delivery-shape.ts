import { didYouMean } from '../../suggest.ts'

interface Rule {
  readonly accepts: (value: unknown) => boolean
  readonly expected: string
}

const from = (min: number, max: number, what: string): Rule => ({
  accepts: value => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  expected: `${what}, ${min} or more`,
})

/** The limits are those of the settings: lib/config/delivery.ts. */
const RULES: Readonly<Record<string, Rule>> = {
  bulk_max_size: from(1, 1_000_000, 'a whole number'),
  bulk_max_bytes: from(1, Number.MAX_SAFE_INTEGER, 'a whole number'),
  inFlight: from(1, 1024, 'a whole number'),
  ordered: { accepts: value => typeof value === 'boolean', expected: 'true or false' },
  backoff: { accepts: isBackoff, expected: '{ init, max } in milliseconds, with 1 <= init <= max' },
  timeout: from(0, 2 ** 31 - 1, 'milliseconds'),
  max_retries: from(-1, Number.MAX_SAFE_INTEGER, 'a whole number'),
}

/** The problems of an output's `delivery`: its own defaults for some of the settings. */
export function deliveryProblems(declared: unknown): readonly string[] {
  if (declared === undefined) return []
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    return ['"delivery" must be a map of delivery settings']
  }
  const settings = new Map<string, unknown>(Object.entries(declared))
  const wrong = [...settings].flatMap(([key, value]) => problemOf(key, value))
  const inFlight = settings.get('inFlight') ?? 1
  if (settings.get('ordered') !== true || inFlight === 1 || wrong.length > 0) return wrong
  return ['"delivery.inFlight" must be 1, as "delivery.ordered" is true']
}

function problemOf(key: string, value: unknown): readonly string[] {
  const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined
  if (rule === undefined) {
    return [`"delivery" has an unknown key "${key}"${didYouMean(key, Object.keys(RULES))}`]
  }
  if (rule.accepts(value)) return []
  return [
    `"delivery.${key}" must be ${rule.expected}, not ${JSON.stringify(value) ?? typeof value}`,
  ]
}

function isBackoff(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false
  const pauses = ['init', 'max'].map(key => Number(Reflect.get(value, key)))
  const [init = 0, max = 0] = pauses
  return pauses.every(Number.isInteger) && 1 <= init && init <= max && max < 2 ** 31
}
