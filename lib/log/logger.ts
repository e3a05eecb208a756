import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import type { LoggingSettings, LogLevel, PathSettings } from '../config/config.ts'
import { AgentError } from '../errors.ts'
import { plainReason } from '../system-errors.ts'
import { withErrorFields } from './error-fields.ts'
import { Family } from './family.ts'
import { type LineSink, openLogFile } from './log-file.ts'
import { redactor } from './redact.ts'

const PINO_LEVELS = {
  fatal: 'fatal',
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
} as const satisfies Record<LogLevel, pino.Level>

interface LoggerOptions {
  readonly paths: Pick<PathSettings, 'logs'>
  /** The agent's: `service.name` of every line. */
  readonly name: string
  /** Values that are replaced wherever they occur in a text. */
  readonly secrets?: readonly string[]
}

/** What may be changed of a log while it is written. */
export interface LogControl {
  /** For every logger that stems from it. */
  change(settings: { readonly level: LogLevel; readonly name: string }): void
  /** Replaces these values, too, from now on. */
  hide(secrets: readonly string[]): void
  /** Goes on in files of the same names, which somebody may have moved away (logrotate). */
  reopen(): void
}

/**
 * The agent's log: JSON lines with ECS names on standard error and, if `to_files`, in rotated files
 * in `paths.logs`. Written synchronously: whatever has been logged is out, however the process ends.
 * Values under keys such as `password` or `api_key`, passwords in URLs, and `secrets` are replaced.
 *
 * Throws `OPEN_FAILED` where the file can't be opened. `close` is for the very end.
 */
export function createLogger(
  settings: Omit<LoggingSettings, 'metrics'>,
  { paths, name, secrets = [] }: LoggerOptions,
): LogControl & { readonly log: Logger; close(): Promise<void> } {
  const sinks: LineSink[] = settings.to_stderr ? [standardError()] : []
  const family = new Family()
  let service = name
  let redact = redactor(secrets)
  const log: Logger = pino(
    {
      level: PINO_LEVELS[settings.level],
      base: null,
      mixin: () => ({ 'service.name': service }),
      onChild: family.add,
      messageKey: 'message',
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: {
        level: label => ({ 'log.level': label }),
        log: withErrorFields,
      },
      hooks: { streamWrite: line => redact(line) },
    },
    {
      write(line) {
        for (const sink of sinks) sink.write(line)
      },
    },
  )
  if (settings.to_files) sinks.push(openFile(settings.files, paths.logs, log))
  return {
    log,
    change({ level, name }) {
      service = name
      log.level = PINO_LEVELS[level]
      family.setLevel(PINO_LEVELS[level])
    },
    hide(more) {
      redact = redactor([...new Set([...secrets, ...more])])
    },
    reopen() {
      for (const sink of sinks) sink.reopen()
    },
    async close() {
      for (const sink of sinks) sink.close()
    },
  }
}

function standardError(): LineSink {
  const stream = pino.destination({ dest: 2, sync: true, maxLength: 1 << 20 })
  // A full disk behind it must not end the agent; what is pending goes out once there is room.
  stream.on('error', () => undefined)
  return { write: line => stream.write(line), reopen: () => undefined, close: () => undefined }
}

function openFile(files: LoggingSettings['files'], folder: string, log: Logger): LineSink {
  const path = join(folder, `${files.name}.ndjson`)
  const onTrouble = (err: Error) => log.error({ err, path }, 'Log file could not be opened anew')
  try {
    return openLogFile(
      { path, limit: files.rotateeverybytes, backups: files.keepfiles, mode: files.permissions },
      onTrouble,
    )
  } catch (cause) {
    throw new AgentError('OPEN_FAILED', `log file ${path}: ${plainReason(cause)}`, { cause })
  }
}
