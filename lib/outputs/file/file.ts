import { isAbsolute, join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { type Batch, defineOutput, type Output, WRITTEN, type WriteResult } from '../../output.ts'
import { type FileSettings, fileSchema } from './file-settings.ts'
import { RotatingFile } from './rotating-file.ts'

export default defineOutput<FileSettings>({
  name: 'file',
  schema: fileSchema,
  privileges: ({ path }) => (isAbsolute(path) ? [{ writes: path, why: 'its files' }] : []),
  delivery: { ordered: true, timeout: 0 },
  async open({ settings, paths, log }) {
    const file = await RotatingFile.open({
      path: join(resolve(paths.data, settings.path), settings.filename),
      maxBytes: settings.rotate_every_kb * 1024,
      backups: settings.number_of_files - 1,
      mode: settings.permissions,
      sync: settings.sync,
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

  async write(batch: Batch): Promise<WriteResult> {
    const { written, error } = await this.#file.append(batch.chunks)
    if (error === undefined) return WRITTEN
    const confirmed = batch.ends.filter(end => end <= written).length
    if (confirmed === 0) throw error
    const left = batch.count - confirmed
    this.#log.error({ err: error, events: left }, 'Events could not be written')
    return { retry: Array.from({ length: left }, (_, at) => confirmed + at), reject: [] }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
