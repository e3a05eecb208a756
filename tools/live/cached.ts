import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Makes `folder`, unless it already exists and was made from the same `recipe`. */
export async function cached(
  folder: string,
  recipe: unknown,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex')
  const stamp = `${folder}.made`
  if ((await textOf(stamp)) === key) return folder
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder), { recursive: true })
  await make(folder)
  await writeFile(stamp, key)
  return folder
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}
