import { about, type Finding } from './finding.ts'

/** One line of the log of an agent on trial. */
export type LogLine = Readonly<Record<string, unknown>>

/** How a trial went. */
export interface Tried {
  /** An exit code, or the name of a signal. */
  readonly end: number | string
  readonly log: readonly LogLine[]
  /** What else it said on standard error, such as the words of an abort. */
  readonly words: readonly string[]
  readonly events: number
}

/** What an agent that was run under its policy, `diagnose` on, says about it. */
export function trialFindings({ end, log, words, events }: Tried): readonly Finding[] {
  const say = about('trial')
  const installed = log.some(({ message }) => message === INSTALLED)
  const denied = denialsIn(log)
  return [
    installed ? say('ok', 'the filter was installed on every thread') : notInstalled(log),
    ...denied.map(({ name, errno, count }) =>
      errno === 'ENOSYS'
        ? say(
            'info',
            `${name} was denied ${count} times with ENOSYS, for which there is a fallback`,
          )
        : say('error', `${name} was denied ${count} times with ${errno}`),
    ),
    ...urgent(words).map(text => say('error', text)),
    ...log.filter(isTrouble).map(line => say('error', troubleOf(line))),
    end === 0
      ? say(events > 0 ? 'ok' : 'warning', `it published ${events} events and ended as asked`)
      : say('error', `it ended with ${end}${words.length > 0 ? `: ${words.at(-1)}` : ''}`),
  ]
}

const INSTALLED = 'Syscall filter successfully installed'
const DENIED = 'Seccomp denied'

interface Denied {
  readonly name: string
  readonly errno: string
  readonly count: number
}

/** The last line of each system call has its total. */
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

/** What the handler of denials says at once, as Node may not live to say more. */
function urgent(words: readonly string[]): readonly string[] {
  return words.filter(word => word.startsWith('sealbeat: seccomp'))
}

function isTrouble({ message, ...line }: LogLine): boolean {
  const level = line['log.level']
  return message !== DENIED && (level === 'error' || level === 'fatal')
}

function troubleOf(line: LogLine): string {
  const beat = line.beat === undefined ? '' : `beat ${String(line.beat)}: `
  const cause = line['error.message'] ?? Object(line.error).message
  const message = String(line.message)
  const why = cause === undefined || message.includes(String(cause)) ? '' : `: ${String(cause)}`
  return `${beat}${message}${why}`
}

function notInstalled(log: readonly LogLine[]): Finding {
  const last = log.at(-1)?.message
  const where = last === undefined ? '' : `; its last words were “${String(last)}”`
  return about('trial')('error', `no filter was installed${where}`)
}
