// HEADER and STRUCTURED-DATA of RFC 5424. All but the time is an event's route, as the fields are at hand only when
// it is published, and events that agree share it:
//
//   <134>1 ⏎ web-1 nginx 4711 - [origin@32473 software="sealbeat"]
//
// The time takes the place of the line end.

import { messageOf } from '../../errors.ts'
import type { Route } from '../../output.ts'
import type { SettingProblem } from '../../plugin.ts'
import { compileFormat, type FormatString } from '../routing/format-string.ts'
import { priorityOf, severityOf } from './priority.ts'
import type { SyslogSettings } from './settings.ts'

export const NIL = '-'

type Settings = Pick<
  SyslogSettings,
  'facility' | 'severity' | 'hostname' | 'app_name' | 'procid' | 'msgid' | 'structured_data'
>

/** The fields of the header behind the time, and how long they may be. */
const FIELDS = [
  ['hostname', 255],
  ['app_name', 48],
  ['procid', 128],
  ['msgid', 32],
] as const

export function headerOf(settings: Settings): Route {
  const { format } = compiler()
  const severity = format(settings.severity, ['severity'])
  const fields = FIELDS.map(([key, most]) => ({ text: format(settings[key], [key]), most }))
  const elements = elementsOf(settings, format)
  return get => {
    const priority = priorityOf(settings.facility, severityOf(severity(get) ?? ''))
    const header = fields.map(({ text, most }) => printable(text(get), most)).join(' ')
    const data = elements.map(element => element(get)).join('')
    return `<${priority}>1 \n ${header} ${data === '' ? NIL : data}`
  }
}

export function headerProblems(settings: Settings): readonly SettingProblem[] {
  const { format, problems } = compiler()
  for (const key of ['severity', ...FIELDS.map(([key]) => key)] as const) {
    format(settings[key], [key])
  }
  elementsOf(settings, format)
  return problems
}

type Compile = (written: string, path: SettingProblem['path']) => FormatString

function compiler() {
  const problems: SettingProblem[] = []
  const format: Compile = (written, path) => {
    try {
      return compileFormat(written)
    } catch (error) {
      problems.push({ path, message: messageOf(error) })
      return () => undefined
    }
  }
  return { format, problems }
}

type Element = (get: Parameters<FormatString>[0]) => string

/** SD-ELEMENTs; one without parameters is left out. */
function elementsOf({ structured_data: data }: Settings, format: Compile): readonly Element[] {
  return Object.entries(data).map(([id, parameters]) => {
    const texts = Object.entries(parameters).map(([name, written]) => ({
      name,
      text: format(written, ['structured_data', id, name]),
    }))
    return get => {
      const given = texts.flatMap(({ name, text }) => {
        const value = text(get)
        return value === undefined ? [] : ` ${name}="${value.replace(/["\\\]]/g, '\\$&')}"`
      })
      return given.length === 0 ? '' : `[${id}${given.join('')}]`
    }
  })
}

/** PRINTUSASCII. */
function printable(text: string | undefined, most: number): string {
  const clean = (text ?? '').replace(/[^\x21-\x7e]+/g, '_').slice(0, most)
  return clean === '' ? NIL : clean
}
