import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { AgentError } from '../errors.ts'

/** What makes of Debian's minimal base a system that boots. It has neither Node nor a compiler. */
const SYSTEM = ['systemd', 'systemd-sysv', 'dbus']

interface Debian {
  /** `bookworm`. */
  readonly suite: string
  /** Names of packages, besides those that it takes to boot. */
  readonly packages: readonly string[]
}

interface Making {
  readonly signal: AbortSignal
  /** Told before it is made, if it has to be. */
  readonly begin: () => void
}

/**
 * Makes a Debian below `cache` with mmdebstrap(1), unless it is there already; returns its folder.
 *
 * @throws AgentError `OPEN_FAILED` with the reason of mmdebstrap
 */
export async function debianRoot(cache: string, debian: Debian, making?: Making): Promise<string> {
  const more = debian.packages.filter(name => !SYSTEM.includes(name)).sort()
  const packages = [...SYSTEM, ...more]
  const folder = join(cache, [debian.suite, ...packages].join('+'))
  if (existsSync(folder)) return folder
  making?.begin()
  const unfinished = `${folder}.new`
  rmSync(unfinished, { recursive: true, force: true })
  // It has programs with the set-user-ID bit, of a Debian that nobody updates.
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
  const args = ['--quiet', '--variant=minbase', `--include=${packages}`, debian.suite, unfinished]
  try {
    await promisify(execFile)('mmdebstrap', args, { signal: making?.signal })
  } catch (cause) {
    making?.signal.throwIfAborted()
    const said = String(Object(cause).stderr).trim()
    throw new AgentError('OPEN_FAILED', `mmdebstrap can't make a Debian root:\n${said}`, { cause })
  }
  renameSync(unfinished, folder)
  return folder
}

/** A writable root: an overlay over another folder, which stays as it is. */
export interface Root {
  /** Where the machine mounts it. */
  readonly folder: string
  /** What is written here is in the root, from before the boot on. */
  readonly upper: string
  /** The mount options of the overlay. */
  readonly overlay: string
  remove(): void
}

export function freshRoot(lower: string): Root {
  const place = mkdtempSync(join(tmpdir(), 'sealbeat-boot-'))
  const [upper = '', work = '', folder = ''] = ['upper', 'work', 'root'].map(name => {
    const made = join(place, name)
    mkdirSync(made)
    // It is / inside, whatever the umask is here.
    chmodSync(made, 0o755)
    return made
  })
  const layers = { lowerdir: lower, upperdir: upper, workdir: work }
  return {
    folder,
    upper,
    overlay: Object.entries(layers)
      .map(([name, path]) => `${name}=${path.replace(/[\\:,]/g, '\\$&')}`)
      .join(','),
    remove: () => rmSync(place, { recursive: true, force: true }),
  }
}
