import { unlink } from 'node:fs/promises'
import { EXIT, type ExitCode } from '../../../agent/process/exit.ts'
import type { Call } from '../../command.ts'
import { print } from '../../print.ts'
import { UsageError } from '../../usage-error.ts'
import { deadLetters } from './folder.ts'

/** Removes the events of the dead letter for good. */
export async function deadLetterDrop({ source, has, value }: Call): Promise<ExitCode> {
  if (!has('yes')) throw new UsageError('this removes events for good: confirm it with --yes')
  const found = await deadLetters(source, value('output'))
  const files = found.flatMap(each => each.files)
  for (const { path } of files) await unlink(path)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  await print(`Removed ${files.length} files, ${bytes} bytes\n`)
  return EXIT.ok
}
