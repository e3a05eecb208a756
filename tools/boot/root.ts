import { resolve } from 'node:path'
import { debianRoot, freshRoot, type Root } from '../../lib/boot/root.ts'

/** The Debian that tests boot. */
export function testDebian(): Promise<string> {
  const suite = process.env.BOOT_SUITE ?? 'bookworm'
  return debianRoot(resolve('.cache/boot'), { suite, packages: ['rpm'] })
}

export async function testRoot(): Promise<Root> {
  return freshRoot(await testDebian())
}
