import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { addonFile } from '../../lib/addon.ts'
import { skip } from '../live.ts'

const FOLDER = join(tmpdir(), `sealbeat-addons-${process.pid}`)

/** Of every suite that makes some: the next one in this process makes its own. */
export function removeAddons(): void {
  rmSync(FOLDER, { recursive: true, force: true })
}

/** An addon that needs a missing library, like one that was built with another libc. */
export function strangeAddon(context: Mocha.Context): string {
  if (spawnSync('gcc', ['--version']).status !== 0) skip(context, 'there is no gcc')
  mkdirSync(FOLDER, { recursive: true })
  const [library, addon] = [join(FOLDER, 'libstrange.so.1'), join(FOLDER, 'strange.node')]
  gcc('int strange(void) { return 0; }', '-Wl,-soname,libstrange.so.1', '-o', library)
  gcc('int strange(void); int use(void) { return strange(); }', '-o', addon, library)
  rmSync(library)
  return addon
}

/** Our addon with another machine in its header: elf(5), e_machine. */
export function foreignAddon(): string {
  const bytes = readFileSync(addonFile('sealbeat'))
  bytes.writeUInt16LE(EM_SPARC, 18)
  mkdirSync(FOLDER, { recursive: true })
  const addon = join(FOLDER, 'foreign.node')
  writeFileSync(addon, bytes)
  return addon
}

const EM_SPARC = 2 // linux/elf-em.h

/** Creates an installed sealbeat with this addon, or without any, and returns its folder. */
export function sealbeatWith(addon: string | undefined): string {
  mkdirSync(FOLDER, { recursive: true })
  const root = mkdtempSync(join(FOLDER, 'sealbeat-'))
  const own = dirname(dirname(dirname(addonFile('sealbeat'))))
  for (const name of ['package.json', 'dist/bundle']) {
    cpSync(join(own, name), join(root, name), { recursive: true })
  }
  if (addon === undefined) return root
  mkdirSync(join(root, 'build/Release'), { recursive: true })
  copyFileSync(addon, join(root, 'build/Release/sealbeat.node'))
  return root
}

function gcc(source: string, ...args: readonly string[]): void {
  execFileSync('gcc', ['-shared', '-fPIC', '-x', 'c', '-', '-x', 'none', ...args], {
    input: source,
  })
}
