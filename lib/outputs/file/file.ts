import { isAbsolute, join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { Recurring } from '../../backoff.ts'
import {
  type Batch,
  defineOutput,
  type Output,
  WRITTEN,
  type WriteCall,
  type WriteResult,
} from '../../output.ts'
import { settledBy } from '../../settled.ts'
import { type FileSettings, fileSchema } from './file-settings.ts'
import { folderSteps } from './folder-steps.ts'
import { RotatingFile, type SyncMode } from './rotating-file.ts'

const GUARANTEES: Readonly<Record<SyncMode, string>> = {
  none: 'the kernel has it: safe from the end of the agent, while a power cut may lose what is not on the disk yet',
  interval:
    'the kernel has it: safe from the end of the agent, while a power cut may lose the last second',
  batch: 'it is on the disk (fdatasync): safe from a power cut',
}

export default defineOutput<FileSettings>({
  name: 'file',
  schema: fileSchema,
  privileges: ({ path }) => (isAbsolute(path) ? [{ writes: path, why: 'its files' }] : []),
  delivery: { ordered: true, timeout: 0 },
  guarantee: ({ sync }) => GUARANTEES[sync],
  async *test({ settings, paths }, signal) {
    yield* folderSteps(resolve(paths.data, settings.path), signal)
  },
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
  readonly #words = new Recurring()
  #last: ReturnType<RotatingFile['append']> | Promise<undefined> = Promise.resolve(undefined)

  constructor(file: RotatingFile, log: Logger) {
    this.#file = file
    this.#log = log
  }

  async write(batch: Batch, { signal }: WriteCall): Promise<WriteResult> {
    // A write to a disk that hangs can't be ended. Nothing may be written to the file beside it.
    if (!(await settledBy(this.#last, signal))) throw signal.reason
    const appending = this.#file.append(batch.chunks)
    this.#last = appending
    if (!(await settledBy(appending, signal))) throw signal.reason
    const { written, error } = await appending
    if (error === undefined) return WRITTEN
    const confirmed = batch.ends.filter(end => end <= written).length
    if (confirmed === 0) throw error
    const left = batch.count - confirmed
    const said = { err: error, events: left }
    this.#words.say(this.#log, 'error', said, 'Events could not be written')
    return { retry: Array.from({ length: left }, (_, at) => confirmed + at), reject: [] }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
