import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EXIT, type ExitCode } from '../../../agent/process/exit.ts'
import { REPLAY } from '../../../pipeline/dead-letter/store.ts'
import type { Call } from '../../command.ts'
import { print } from '../../print.ts'
import { deadLetters } from './folder.ts'

/** Moves the files to where the agent looks for what it is to send again: the running one, or the next start. */
export async function deadLetterReplay({ source, value }: Call): Promise<ExitCode> {
  const found = await deadLetters(source, value('output'))
  // A name of its own: a file of the same name may still be on its way.
  const stamp = Date.now()
  let moved = 0
  for (const { folder, files } of found) {
    for (const { path } of files) {
      await rename(path, join(folder, REPLAY, `${stamp}-${basename(path)}`))
      moved++
    }
  }
  await print(
    moved === 0
      ? 'The dead letter is empty\n'
      : `${moved} ${moved === 1 ? 'file' : 'files'} to send again: the running agent does within seconds, or else the next start\n`,
  )
  return EXIT.ok
}
