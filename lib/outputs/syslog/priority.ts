// PRI of RFC 5424, 6.2.1: facility and severity.

/** By their numbers. */
export const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron'],
  ...['authpriv', 'ftp', 'ntp', 'security', 'console', 'solaris-cron'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
] as const

/** By their numbers, in the words of syslog and of loggers. */
const SEVERITIES: readonly (readonly string[])[] = [
  ['emerg', 'emergency', 'panic'],
  ['alert'],
  ['crit', 'critical', 'fatal'],
  ['err', 'error', 'severe'],
  ['warning', 'warn'],
  ['notice'],
  ['info', 'informational', 'information'],
  ['debug', 'trace', 'verbose'],
]

const INFO = 6

/** Of a word or a number; anything else is `info`. */
export function severityOf(word: string): number {
  if (/^[0-7]$/.test(word)) return Number(word)
  const severity = SEVERITIES.findIndex(words => words.includes(word.toLowerCase()))
  return severity < 0 ? INFO : severity
}

export function priorityOf(facility: (typeof FACILITIES)[number], severity: number): number {
  return FACILITIES.indexOf(facility) * 8 + severity
}
