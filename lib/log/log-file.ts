import { chmodSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import pino from 'pino'
import { makeFolder } from '../folders.ts'
import { rotationSteps } from '../outputs/file/rotation.ts'

interface LogFileSettings {
  /** Absolute. */
  readonly path: string
  /** The file rotates before it would grow beyond this. */
  readonly maxBytes: number
  /** How many rotated files to keep. */
  readonly backups: number
  readonly mode: number
}

export interface LineSink {
  write(line: string): void
  /** Continues in a file of the same name, which is a new one if the old one was moved or removed. */
  reopen(): void
  close(): void
}

/** How much may wait in memory while the disk is full; later lines are dropped. */
const MAX_PENDING_BYTES = 1 << 20

/**
 * Writes lines to a file that rotates by size. Writing is synchronous, so that the line that says why the
 * process ends is in the file when it has ended. Only opening throws; later errors go to `onError`, because
 * a log that can't be written must not end the agent.
 */
export function openLogFile(settings: LogFileSettings, onError: (error: Error) => void): LineSink {
  const { path, maxBytes, mode } = settings
  makeFolder(dirname(path), 0o750)
  const file = pino.destination({ dest: path, sync: true, mode, maxLength: MAX_PENDING_BYTES })
  file.on('error', () => undefined)
  chmodSync(path, mode)
  let sizeBytes = statSync(path).size

  const reopen = (prepare: () => void) => {
    // Reset the count even if this fails, so that the next attempt comes after another `maxBytes`.
    sizeBytes = 0
    try {
      prepare()
      file.reopen()
      chmodSync(path, mode)
      sizeBytes = statSync(path).size
    } catch (error) {
      onError(error as Error)
    }
  }
  return {
    write(line) {
      const bytes = Buffer.byteLength(line)
      if (sizeBytes > 0 && sizeBytes + bytes > maxBytes) reopen(() => moveAway(settings))
      sizeBytes += bytes
      file.write(line)
    },
    reopen() {
      reopen(() => undefined)
    },
    close() {
      file.end()
    },
  }
}

function moveAway({ path, backups }: LogFileSettings): void {
  const folder = dirname(path)
  for (const step of rotationSteps(readdirSync(folder), basename(path), backups)) {
    if ('remove' in step) rmSync(join(folder, step.remove), { force: true })
    else renameSync(join(folder, step.rename), join(folder, step.to))
  }
}
