import { isAbsolute, join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { type Batch, defineOutput, type Output, WRITTEN, type WriteResult } from '../../output.ts'
import { type FileSettings, fileSchema } from './file-settings.ts'
import { RotatingFile } from './rotating-file.ts'

export default defineOutput<FileSettings>({
  name: 'file',
  schema: fileSchema,
  privileges: ({ path }) => (isAbsolute(path) ? [{ writes: path, why: 'its files' }] : []),
  async open({ settings, paths, log }) {
    const file = await RotatingFile.open({
      path: join(resolve(paths.data, settings.path), settings.filename),
      maxBytes: settings.rotate_every_kb * 1024,
      backups: settings.number_of_files - 1,
      mode: settings.permissions,
    })
    if (settings.rotate_on_startup) await file.rotate()
    return new FileOutput(file, log)
  },
})

class FileOutput implements Output {
  readonly #file: RotatingFile
  readonly #log: Logger

  constructor(file: RotatingFile, log: Logger) {
    this.#file = file
    this.#log = log
  }

  async write({ lines }: Batch): Promise<WriteResult> {
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    const { written, error } = await this.#file.append(bytes)
    if (error === undefined) return WRITTEN
    const confirmed = lineCount(bytes.subarray(0, written))
    if (confirmed === 0) throw error
    this.#log.error({ err: error, events: lines.length - confirmed }, 'Events could not be written')
    return { retry: [...lines.keys()].slice(confirmed), reject: [] }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function lineCount(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}
