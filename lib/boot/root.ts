import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The Debian release. Its root has neither Node nor a compiler, nor what they need. */
const SUITE = process.env.BOOT_SUITE ?? 'bookworm'
const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'rpm']

/** A Debian root with systemd. It is created only once, which takes 25 s. */
function baseRoot(): string {
  const folder = resolve('.cache/boot', [SUITE, ...PACKAGES].join('+'))
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(resolve('.cache/boot'), { recursive: true })
  const args = ['--quiet', '--variant=minbase', `--include=${PACKAGES}`, SUITE, unfinished]
  execFileSync('mmdebstrap', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  renameSync(unfinished, folder)
  return folder
}

/** A writable root: an overlay over the base root. */
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
