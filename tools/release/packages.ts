import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { shell } from '../live/shell.ts'
import { packTarball } from './tarball.ts'

/** What of the folder of a package is published, beside the licence of all of them. */
const PUBLISHED = ['package.json', 'README.md', 'src', 'dist']

/** Packs each of packages/, which are published by themselves. */
export async function packPackages(work: string, output: string): Promise<void> {
  for (const name of await readdir('packages')) {
    const stage = join(work, name)
    await rm(stage, { recursive: true, force: true })
    for (const part of PUBLISHED) {
      await cp(join('packages', name, part), join(stage, part), { recursive: true })
    }
    await cp('LICENSE', join(stage, 'LICENSE'))
    await shell('chmod -R u=rwX,go=rX "$1"', [stage])
    await packTarball(stage, output)
  }
}
