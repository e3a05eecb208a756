import { randomUUID } from 'node:crypto'
import { access, constants, open, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf, messageOf } from '../../errors.ts'
import type { OutputTestStep } from '../../output.ts'
import { plainReason } from '../../system-errors.ts'

/** Tries whether files can be written to a folder; what does not exist yet is not created. */
export async function* folderSteps(
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  const step = { peer: folder, step: 'write' }
  try {
    yield { ...step, found: await tryFolder(folder) }
  } catch (thrown) {
    signal.throwIfAborted()
    const hint = 'check the owner and the mode of the folder, and the space on its disk'
    yield { ...step, found: `no file can be written: ${plainReason(thrown)}`, hint }
  }
}

async function tryFolder(folder: string): Promise<string> {
  // A name that no other output has.
  const path = join(folder, `.sealbeat-test-${randomUUID()}`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile('\n')
      await file.sync()
    } finally {
      await file.close()
      await unlink(path)
    }
    return 'a file was written, and removed again'
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown
    return `to be created in ${await writableAbove(folder)} at the first start`
  }
}

/** The folder in which those that are missing would be created. */
async function writableAbove(folder: string): Promise<string> {
  const above = dirname(folder)
  try {
    await access(above, constants.W_OK | constants.X_OK)
    return above
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return writableAbove(above)
    throw new Error(`${folder} does not exist, and ${messageOf(thrown)}`, { cause: thrown })
  }
}
