import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { AgentError } from '../errors.ts'
import { plainReason } from '../system-errors.ts'

/** A .deb of an agent. */
export interface PackageFile {
  readonly path: string
  readonly name: string
  readonly version: string
  /** The names of the packages that it needs, without versions, the first of each choice. */
  readonly needs: readonly string[]
}

/** What else `sealbeat package` makes, and a package is mistaken for. */
const OTHERS: Readonly<Record<string, string>> = {
  '.rpm': 'an .rpm takes a system with rpm',
  '.gz': 'a tarball is no package of a system',
  '': 'a name without an ending is no package',
}

/**
 * Refuses what can be told from the name and the file alone, before anything that it takes to boot.
 *
 * @throws AgentError `OPEN_FAILED` that says what to give instead
 */
export function requireDeb(path: string): void {
  const other = OTHERS[extname(path)]
  if (other !== undefined) {
    const instead =
      'give the .deb of the same agent, which has the same files and the same unit ("sealbeat package --format deb")'
    throw new AgentError('OPEN_FAILED', `${path}: only a .deb can be booted; ${other}: ${instead}`)
  }
  try {
    statSync(path)
  } catch (cause) {
    throw new AgentError('OPEN_FAILED', plainReason(cause), { cause })
  }
}

/**
 * Reads what a package says about itself, with dpkg-deb(1).
 *
 * @throws AgentError `OPEN_FAILED` if it is no .deb, or not that of an agent
 */
export function readPackage(path: string): PackageFile {
  const fields = new Map(
    dpkgDeb(path, '--field')
      .split('\n')
      .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const [name = '', version = '', depends = ''] = ['Package', 'Version', 'Depends'].map(each =>
    fields.get(each),
  )
  const unit = `/usr/lib/systemd/system/${name}.service`
  if (!dpkgDeb(path, '--contents').includes(` .${unit}\n`)) {
    const message = `${path}: not a package of an agent, as it has no ${unit}`
    throw new AgentError('OPEN_FAILED', message)
  }
  return { path, name, version, needs: namesIn(depends) }
}

/** `libc6 (>= 2.28), a | b:any` → libc6, a: deb-control(5). */
function namesIn(depends: string): readonly string[] {
  return depends.split(',').flatMap(each => /^[a-z\d][a-z\d+.-]*/.exec(each.trim()) ?? [])
}

function dpkgDeb(path: string, option: string): string {
  const { status, stdout, stderr, error } = spawnSync('dpkg-deb', [option, path], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 28,
  })
  if (status === 0) return stdout
  const said = stderr?.trim().split('\n')[0] ?? error?.message
  throw new AgentError('OPEN_FAILED', `${path}: ${said}`)
}
