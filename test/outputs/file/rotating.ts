import { join } from 'node:path'
import { expect } from 'chai'
import { RotatingFile, type RotatingFileSettings } from '../../../lib/outputs/file/rotating-file.ts'
import { temporaryFolder } from '../folder.ts'

/** Longer than lines go on into a file that was moved away. */
export const UNTIL_FOLLOWED_MS = 110

/** A folder for one test, in which `log` is rotated at 12 bytes. */
export function rotatingFolder() {
  const folder = temporaryFolder()
  const log = join(folder.path, 'log')
  const files: RotatingFile[] = []
  return {
    path: folder.path,
    log,
    async open(settings: Partial<RotatingFileSettings> = {}): Promise<RotatingFile> {
      const defaults = { path: log, maxBytes: 12, backups: 2, mode: 0o600, sync: 'none' } as const
      const file = await RotatingFile.open({ ...defaults, ...settings })
      files.push(file)
      return file
    },
    /** Closes what is open and removes the folder. */
    async remove(): Promise<void> {
      for (const file of files) await file.close()
      folder.remove()
    },
  }
}

/** Appends lines, all of which have to be taken. */
export async function append(file: RotatingFile, text: string): Promise<void> {
  expect(await file.append([Buffer.from(text)])).to.deep.equal({ written: text.length })
}
