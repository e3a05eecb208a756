import { type Finding, findingIn } from './finding.ts'

/** One line in the log of a trial run. */
export type LogLine = Readonly<Record<string, unknown>>

/** The outcome of a trial run of the agent. */
export interface TrialResult {
  /** The exit code, or the name of the signal that ended the agent. */
  readonly end: number | string
  readonly log: readonly LogLine[]
  /** Other lines on standard error, such as the message of an abort. */
  readonly otherLines: readonly string[]
  /** The number of published events. */
  readonly events: number
}

/** Findings from a trial run of the agent under its policy, with `diagnose` on. */
export function trialFindings({ end, log, otherLines, events }: TrialResult): readonly Finding[] {
  const finding = findingIn('trial')
  const installed = log.some(({ message }) => message === INSTALLED)
  const denied = denialsIn(log)
  return [
    installed ? finding('ok', 'the filter was installed on every thread') : notInstalled(log),
    ...denied.map(({ name, errno, count }) =>
      errno === 'ENOSYS'
        ? finding(
            'info',
            `${name} was denied ${count} times with ENOSYS; its callers have a fallback`,
          )
        : finding('error', `${name} was denied ${count} times with ${errno}`),
    ),
    ...urgentLines(otherLines).map(text => finding('error', text)),
    ...once(log.filter(isError)).map(text => finding('error', text)),
    ...once(log.filter(isRefusal)).map(text => finding('warning', text)),
    end === 0
      ? finding(
          events > 0 ? 'ok' : 'warning',
          `the agent published ${events} events and stopped when asked`,
        )
      : finding('error', `the agent ended with ${end}${sayingOf(otherLines)}`),
  ]
}

const INSTALLED = 'Syscall filter successfully installed'
const DENIED = 'Seccomp denied'

interface Denied {
  readonly name: string
  readonly errno: string
  readonly count: number
}

/** Each line has the total so far, so the last line of a system call counts. */
function denialsIn(log: readonly LogLine[]): readonly Denied[] {
  const found = new Map<string, Denied>()
  for (const { message, syscall, total } of log) {
    if (message !== DENIED || typeof syscall !== 'object' || syscall === null) continue
    const { name, errno } = Object(syscall)
    const known = found.get(String(name))?.errno ?? 'an error'
    found.set(String(name), { name, errno: errno ?? known, count: Number(total) })
  }
  return [...found.values()]
}

/** Lines that the signal handler for denials writes at once, as Node may not live to log them. */
function urgentLines(lines: readonly string[]): readonly string[] {
  return lines.filter(line => line.startsWith('sealbeat: seccomp'))
}

/** What an error that nobody has caught says, which Node writes above its stack; or else the last line. */
function sayingOf(lines: readonly string[]): string {
  const said = lines.find(line => /^(\w*Error|Uncaught)\b.*: /.test(line)) ?? lines.at(-1)
  return said === undefined ? '' : `: ${said}`
}

function isError({ message, ...line }: LogLine): boolean {
  const level = line['log.level']
  return message !== DENIED && (level === 'error' || level === 'fatal')
}

/** A plugin has caught what the sandbox refused, and logged it: the line has a hint. */
function isRefusal({ hint, ...line }: LogLine): boolean {
  return typeof hint === 'string' && !isError(line) && !isNote(line)
}

/** What the agent itself says of its host, which is a finding of its own. */
function isNote({ beat, output, ...line }: LogLine): boolean {
  return line['log.level'] === 'info' && beat === undefined && output === undefined
}

/** A beat that fails and starts again says the same each time. */
function once(lines: readonly LogLine[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const text of lines.map(formatError)) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`))
}

function formatError(line: LogLine): string {
  const beat = line.beat === undefined ? '' : `beat ${String(line.beat)}: `
  const cause = line['error.message'] ?? Object(line.error).message
  const message = String(line.message)
  const why = cause === undefined || message.includes(String(cause)) ? '' : `: ${String(cause)}`
  const hint = typeof line.hint === 'string' ? `; ${line.hint}` : ''
  return `${beat}${message}${why}${hint}`
}

function notInstalled(log: readonly LogLine[]): Finding {
  const last = log.at(-1)?.message
  const where = last === undefined ? '' : `; the last log message was “${String(last)}”`
  return findingIn('trial')('error', `no filter was installed${where}`)
}
