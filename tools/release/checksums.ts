import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The checksums of all files in a folder, as sha256sum(1) writes and checks them. */
export async function checksums(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort()
  const lines = names.map(async name => {
    const digest = createHash('sha256').update(await readFile(join(folder, name)))
    return `${digest.digest('hex')}  ${name}\n`
  })
  return (await Promise.all(lines)).join('')
}
