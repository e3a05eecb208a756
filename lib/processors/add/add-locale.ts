import { oneOf } from '../../config/schema/formats.ts'
import { abbreviationsOf } from '../decode/time-zone.ts'
import { fieldOf, put } from '../field.ts'
import { defineTouching, topKeysOf } from '../touching.ts'

interface AddLocaleSettings {
  readonly format: 'abbreviation' | 'offset'
}

const LOOK_MS = 1000
const TIMEZONE = fieldOf('event.timezone')

/** Adds the time zone of the host, with the settings of Beats' processor of this name. */
export default defineTouching<AddLocaleSettings>({
  name: 'add_locale',
  schema: {
    format: {
      doc: 'How the time zone is written: its present `offset` from UTC (+02:00) or its `abbreviation` (CEST).',
      format: oneOf(['offset', 'abbreviation']),
      default: 'offset',
    },
  },
  touches: () => topKeysOf(TIMEZONE.name),
  open({ settings }) {
    const write = settings.format === 'offset' ? offsetText : abbreviationAt
    let minutes: number | undefined
    let written = ''
    let lookedAtMs = Number.NEGATIVE_INFINITY
    const look = () => {
      const now = new Date()
      // It changes where the clocks are changed.
      const minutesNow = -now.getTimezoneOffset()
      if (minutesNow !== minutes) {
        minutes = minutesNow
        written = write(minutes, now)
      }
    }
    return {
      process(event) {
        const nowMs = performance.now()
        if (nowMs - lookedAtMs >= LOOK_MS) {
          lookedAtMs = nowMs
          look()
        }
        put(event, TIMEZONE, written)
        return event
      },
    }
  },
})

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const digits = (count: number) => String(count).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}:${digits(size % 60)}`
}

function abbreviationAt(minutes: number, now: Date): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const [named] = abbreviationsOf(timeZone, now).filter(name => /^[A-Z]+$/.test(name))
  return named ?? offsetText(minutes)
}
