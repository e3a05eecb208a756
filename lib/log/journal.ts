import { fstatSync } from 'node:fs'

/** Those of syslog(3), by the level of the log. */
const PRIORITIES: Readonly<Record<string, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
}

/**
 * Whether standard error goes to the journal, as systemd.exec(5) says it under JOURNAL_STREAM: the variable alone
 * says nothing about a program that was started with another standard error.
 */
export function isJournal({ JOURNAL_STREAM }: NodeJS.ProcessEnv): boolean {
  if (JOURNAL_STREAM === undefined) return false
  try {
    const { dev, ino } = fstatSync(2)
    return JOURNAL_STREAM === `${dev}:${ino}`
  } catch {
    return false
  }
}

/** A line with its priority before it, which the journal takes off (sd-daemon(3)). */
export function withPriority(line: string, level: string): string {
  return `<${PRIORITIES[level] ?? 6}>${line}`
}

/** The level of a line of the log. */
export function levelOf(line: string): string {
  return /^\{"log\.level":"(\w+)"/.exec(line)?.[1] ?? 'info'
}
