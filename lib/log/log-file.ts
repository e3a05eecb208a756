import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import pino from 'pino'
import { rotationSteps } from '../outputs/file/rotation.ts'

interface LogFileSettings {
  /** Absolute. */
  readonly path: string
  /** Bytes above which it rotates. */
  readonly limit: number
  /** How many rotated files to keep. */
  readonly backups: number
  readonly mode: number
}

export interface LineSink {
  write(line: string): void
  /** Goes on in a file of the same name, whatever has become of this one. */
  reopen(): void
  close(): void
}

/** What may wait in memory, in bytes, while the disk is full; later lines are dropped. */
const MAX_PENDING = 1 << 20

/**
 * Lines to a file that rotates by size. Synchronous, so that the line that says why the process ends
 * is there when it has ended. Throws only when it is opened; afterwards `onTrouble` gets what fails:
 * a log that can't be written must not end the agent.
 */
export function openLogFile(
  settings: LogFileSettings,
  onTrouble: (error: Error) => void,
): LineSink {
  const { path, limit, mode } = settings
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 })
  const file = pino.destination({ dest: path, sync: true, mode, maxLength: MAX_PENDING })
  file.on('error', () => undefined)
  chmodSync(path, mode)
  let size = statSync(path).size

  const beginAnew = (prepare: () => void) => {
    // Counted anew even where it fails: the next try comes after as many bytes again.
    size = 0
    try {
      prepare()
      file.reopen()
      chmodSync(path, mode)
      size = statSync(path).size
    } catch (error) {
      onTrouble(error as Error)
    }
  }
  return {
    write(line) {
      const bytes = Buffer.byteLength(line)
      if (size > 0 && size + bytes > limit) beginAnew(() => moveAway(settings))
      size += bytes
      file.write(line)
    },
    reopen() {
      beginAnew(() => undefined)
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
