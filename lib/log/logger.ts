import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import type { LoggingSettings, LogLevel, PathSettings } from '../config/config.ts'
import { AgentError } from '../errors.ts'
import { plainReason } from '../system-errors.ts'
import { boundedLine } from './bounded-line.ts'
import { ChildLoggers } from './child-loggers.ts'
import { type Explain, withErrorFields } from './error-fields.ts'
import { isJournal, levelOf, withPriority } from './journal.ts'
import { type LineSink, openLogFile } from './log-file.ts'
import { paintFor, readableLog } from './readable.ts'
import { redactor } from './redact.ts'
import { columnsOf, terminalOf } from './terminal.ts'

const PINO_LEVELS = {
  fatal: 'fatal',
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
} as const satisfies Record<LogLevel, pino.Level>

interface LoggerOptions {
  readonly paths: Pick<PathSettings, 'logs'>
  /** `service.name` of every line. */
  readonly name: string
  /** Values that are replaced wherever they occur in a line. */
  readonly secrets?: readonly string[]
}

/** The changes that can be made to a log while it is in use. */
export interface LogControl {
  /** Applies to the logger and to all of its descendants. */
  change(settings: { readonly level: LogLevel; readonly name: string }): void
  /** From now on, replaces these values as well. */
  hide(secrets: readonly string[]): void
  /** From now on, lines with an error have what this says of it as their `hint`. */
  explain(explain: Explain): void
  /** Whether lines of this level are to be seen on standard error. */
  isShown(level: 'error' | 'fatal'): boolean
  /** Continues in files of the same names: logrotate may have moved the old ones. */
  reopen(): void
}

/**
 * The agent's log: JSON lines with ECS field names, on standard error and, if `to_files`, in rotated files
 * in `paths.logs`. On a terminal they are text for people, and for the journal each line has its priority. Lines are written synchronously, so none is lost, however the process ends. Values of
 * keys such as `password` or `api_key`, passwords in URLs, and `secrets` are replaced. `close` must be the
 * last call.
 *
 * @throws AgentError `OPEN_FAILED` if the file can't be opened
 */
export function createLogger(
  settings: Omit<LoggingSettings, 'metrics'>,
  { paths, name, secrets = [] }: LoggerOptions,
): LogControl & { readonly log: Logger; close(): Promise<void> } {
  const sinks: LineSink[] = settings.to_stderr ? [standardError(settings.format)] : []
  const children = new ChildLoggers()
  let service = name
  let redact = redactor(secrets)
  let explaining: Explain | undefined
  const log: Logger = pino(
    {
      level: PINO_LEVELS[settings.level],
      base: null,
      mixin: () => ({ 'service.name': service }),
      onChild: children.add,
      messageKey: 'message',
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: {
        level: label => ({ 'log.level': label }),
        log: fields => withErrorFields(fields, explaining),
      },
      hooks: { streamWrite: line => redact(line) },
    },
    {
      write(line) {
        const bounded = boundedLine(line)
        for (const sink of sinks) sink.write(bounded)
      },
    },
  )
  if (settings.to_files) sinks.push(openFile(settings.files, paths.logs, log))
  return {
    log,
    change({ level, name }) {
      service = name
      log.level = PINO_LEVELS[level]
      children.setLevel(PINO_LEVELS[level])
    },
    hide(more) {
      redact = redactor([...new Set([...secrets, ...more])])
    },
    explain(explain) {
      explaining = explain
    },
    isShown: level => settings.to_stderr && log.isLevelEnabled(level),
    reopen() {
      for (const sink of sinks) sink.reopen()
    },
    async close() {
      for (const sink of sinks) sink.close()
    },
  }
}

function standardError(format: LoggingSettings['format']): LineSink {
  const written = writtenAs(format)
  const stream = pino.destination({ dest: 2, sync: true, maxLength: 1 << 20 })
  // A full disk must not end the agent; pending lines are written once there is room.
  stream.on('error', () => undefined)
  return {
    write: line => stream.write(written(line)),
    reopen: () => undefined,
    close: () => undefined,
  }
}

function writtenAs(format: LoggingSettings['format']): (line: string) => string {
  if (isJournal(process.env)) return line => withPriority(line, levelOf(line))
  // Made before the filter.
  const terminal = terminalOf(2)
  if (format === 'json' || (format === 'auto' && terminal === undefined)) return line => line
  const paint = paintFor(terminal ? process.env : { NO_COLOR: '1' })
  return line => readableLog(line, paint, columnsOf(terminal))
}

function openFile(files: LoggingSettings['files'], folder: string, log: Logger): LineSink {
  const path = join(folder, `${files.name}.ndjson`)
  const onError = (err: Error) => log.error({ err, path }, 'Log file could not be reopened')
  try {
    return openLogFile(
      { path, maxBytes: files.rotateeverybytes, backups: files.keepfiles, mode: files.permissions },
      onError,
    )
  } catch (cause) {
    throw new AgentError('OPEN_FAILED', `log file ${path}: ${plainReason(cause)}`, { cause })
  }
}
