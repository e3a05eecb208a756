import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { AgentError } from '../errors.ts'

/** The programs, and what follows "install" where one is missing. */
const PROGRAMS = {
  'dpkg-deb': 'dpkg (Debian, Fedora)',
  mmdebstrap: 'mmdebstrap (Debian, Fedora), or give a root of yours (--root)',
  mount: 'mount (Debian) or util-linux (Fedora)',
  nsenter: 'util-linux (Debian, Fedora)',
  script: 'bsdutils (Debian) or util-linux-script (Fedora)',
  'systemd-nspawn': 'systemd-container (Debian, Fedora)',
  unshare: 'util-linux (Debian, Fedora)',
} as const

interface Here {
  readonly platform: NodeJS.Platform
  /** The user's id; undefined where there are none. */
  readonly uid: number | undefined
  /** $PATH. */
  readonly path: string
}

/**
 * Checks what booting a system takes.
 *
 * @param makesRoot whether a Debian has to be made first
 * @throws AgentError `OPEN_FAILED` that names everything that is lacking, each with its remedy
 */
export function requireBoot({ platform, uid, path }: Here, makesRoot: boolean): void {
  const lacks = [
    ...(platform === 'linux' ? [] : ['this is not Linux: boot it on a Linux machine']),
    ...(uid === 0 ? [] : ['it mounts and starts a container, which takes root: run it with sudo']),
    ...Object.entries(PROGRAMS)
      .filter(([program]) => makesRoot || program !== 'mmdebstrap')
      .filter(([program]) => !isThere(program, path))
      .map(([program, remedy]) => `${program} is not installed: install ${remedy}`),
  ]
  if (lacks.length === 0) return
  const lines = lacks.map(lack => `\n  ${lack}`).join('')
  throw new AgentError('OPEN_FAILED', `a package can't be booted here:${lines}`)
}

function isThere(program: string, path: string): boolean {
  return path.split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
