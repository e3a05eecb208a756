import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { recordOfNode } from '../../seccomp/architectures/architecture.ts'
import type { AgentPackage } from '../agent-package.ts'
import { packageVersion } from '../manifest.ts'
import { debRequirements } from '../requirements.ts'
import { scripts } from './scripts.ts'
import { runLongTool } from './tool.ts'
import { bytesOf, type Entry, file, stage } from './tree.ts'

/** Makes a deb(5) with Debian's own tool, below `work`; returns its path. */
export async function buildDeb(
  agent: AgentPackage,
  work: string,
  signal: AbortSignal,
): Promise<string> {
  const { manifest, epoch } = agent
  const root = join(work, 'deb')
  stage([...agent.entries, ...controlFiles(agent)], root, epoch)
  const target = join(work, `${manifest.name}_${debVersion(agent)}_${architecture(agent)}.deb`)
  // The number of compressing threads changes the bytes. Older versions don't know the variable.
  const env = { SOURCE_DATE_EPOCH: String(epoch), DPKG_DEB_THREADS_MAX: '1' }
  const args = ['--root-owner-group', '-Zxz', '-z0', '--build', root, target]
  await runLongTool('dpkg-deb', args, { env, signal })
  return target
}

/** deb-version(7). */
function debVersion({ manifest, iteration }: AgentPackage): string {
  return `${packageVersion(manifest.version)}-${iteration}`
}

function architecture({ arch }: AgentPackage): string {
  return recordOfNode(arch)?.names.debian ?? arch
}

function controlFiles(agent: AgentPackage): readonly Entry[] {
  const { manifest, places, entries } = agent
  const run = scripts(manifest.name, places)
  const configs = entries.filter(({ config }) => config).map(({ path }) => `${path}\n`)
  const files = contents(entries)
  return [
    file('/DEBIAN/control', control(agent, files)),
    file('/DEBIAN/conffiles', configs.join('')),
    file('/DEBIAN/md5sums', files.map(({ sum, path }) => `${sum}  ${path}\n`).join('')),
    script('postinst', [
      when(
        'configure',
        `${run.afterInstall}\n${run.check}\nif [ -n "$2" ]; then ${run.afterUpgrade}; fi`,
      ),
    ]),
    script('prerm', [when('remove', run.beforeRemove)]),
    script('postrm', [when('remove', run.afterRemove), when('purge', run.afterPurge)]),
  ]
}

/** Each line begins with a space: deb-control(5). */
const EXTENDED = ` A host agent: it reads its configuration, opens what needs privileges, installs
 a seccomp filter for all of its threads, and only then starts its work.`

function control(agent: AgentPackage, files: readonly Content[]): string {
  const { manifest } = agent
  const size = files.reduce((sum, each) => sum + each.size, 0)
  return `Package: ${manifest.name}
Version: ${debVersion(agent)}
Architecture: ${architecture(agent)}
Maintainer: ${manifest.maintainer}
Installed-Size: ${Math.ceil(size / 1024)}
Depends: ${debRequirements(agent).join(', ')}
Section: admin
Priority: optional
${manifest.homepage === undefined ? '' : `Homepage: ${manifest.homepage}\n`}Description: ${manifest.description}
${EXTENDED}
`
}

/** A file that is not a configuration file. */
interface Content {
  /** Without the leading /. */
  readonly path: string
  readonly size: number
  /** MD5. */
  readonly sum: string
}

function contents(entries: readonly Entry[]): readonly Content[] {
  const sorted = entries.filter(({ config }) => !config).sort((a, b) => (a.path < b.path ? -1 : 1))
  return sorted.flatMap(entry => {
    const bytes = bytesOf(entry)
    if (!bytes) return []
    const sum = createHash('md5').update(bytes).digest('hex')
    return [{ path: entry.path.slice(1), size: bytes.length, sum }]
  })
}

function when(word: string, body: string): string {
  return `if [ "$1" = ${word} ]; then\n${body}\nfi`
}

function script(name: string, parts: readonly string[]): Entry {
  return file(`/DEBIAN/${name}`, `#!/bin/sh\nset -e\n${parts.join('\n')}\n`, 0o755)
}
