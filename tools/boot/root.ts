import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Debian's release; nothing of what a compiler or Node needs is in its root. */
const SUITE = process.env.BOOT_SUITE ?? 'bookworm'
const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'rpm']

/** A Debian root with systemd, made once: 25 s. */
function baseRoot(): string {
  const folder = resolve('.cache/boot', [SUITE, ...PACKAGES].join('+'))
  if (existsSync(folder)) return folder
  const beside = `${folder}.new`
  rmSync(beside, { recursive: true, force: true })
  mkdirSync(resolve('.cache/boot'), { recursive: true })
  const args = ['--quiet', '--variant=minbase', `--include=${PACKAGES}`, SUITE, beside]
  execFileSync('mmdebstrap', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  renameSync(beside, folder)
  return folder
}

/** A root of its own to write into, over the one that is made once. */
export interface Root {
  readonly folder: string
  remove(): void
}

export function freshRoot(): Root {
  const lower = baseRoot()
  const place = mkdtempSync(join(tmpdir(), 'sealbeat-boot-'))
  const [upper, work, folder] = ['upper', 'work', 'root'].map(name => join(place, name))
  for (const each of [upper, work, folder]) mkdirSync(String(each))
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, String(folder)])
  return {
    folder: String(folder),
    remove() {
      execFileSync('umount', [String(folder)])
      rmSync(place, { recursive: true, force: true })
    },
  }
}
