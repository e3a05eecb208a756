import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentPackage } from './agent-package.ts'
import { DPKG_DEB, runTool } from './run-tool.ts'
import { OLDEST_NODE, type Runtime } from './runtime.ts'
import { scripts } from './scripts.ts'
import { type Entry, file, stage } from './tree.ts'

/** deb(5), by Debian's own tool. Writes the package into a folder; its path. */
export function buildDeb(agent: AgentPackage, work: string, output: string): string {
  const { manifest, epoch } = agent
  const root = join(work, 'deb')
  stage([...agent.entries, ...controlFiles(agent)], root, epoch)
  const target = join(output, `${manifest.name}_${debVersion(agent)}_${architecture(agent)}.deb`)
  const args = ['--root-owner-group', '-Zxz', '-z0', '--threads-max=1', '--build', root, target]
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) }
  runTool(DPKG_DEB, args, { env })
  return target
}

/** A `~` sorts before the release: deb-version(7). */
export function debVersion({ manifest, iteration }: Pick<AgentPackage, 'manifest' | 'iteration'>) {
  return `${manifest.version.replace('-', '~').replaceAll('-', '.')}-${iteration}`
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm: 'armhf',
  ppc64: 'ppc64el',
}

function architecture({ arch }: AgentPackage): string {
  return ARCHITECTURES[arch] ?? arch
}

function controlFiles(agent: AgentPackage): readonly Entry[] {
  const { manifest, places, entries } = agent
  const run = scripts(manifest.name, places)
  const configs = entries.filter(({ config }) => config).map(({ path }) => `${path}\n`)
  return [
    file('/DEBIAN/control', control(agent)),
    file('/DEBIAN/conffiles', configs.join('')),
    file('/DEBIAN/md5sums', md5sums(entries)),
    script('postinst', [
      when('configure', `${run.afterInstall}\nif [ -n "$2" ]; then ${run.afterUpgrade}; fi`),
    ]),
    script('prerm', [when('remove', run.beforeRemove)]),
    script('postrm', [when('remove', run.afterRemove), when('purge', run.afterPurge)]),
  ]
}

function control(agent: AgentPackage): string {
  const { manifest, runtime, entries } = agent
  return `Package: ${manifest.name}
Version: ${debVersion(agent)}
Architecture: ${architecture(agent)}
Maintainer: ${manifest.maintainer}
Installed-Size: ${Math.ceil(sizeOf(entries) / 1024)}
Depends: ${dependencies(runtime).join(', ')}
Section: admin
Priority: optional
${manifest.homepage === undefined ? '' : `Homepage: ${manifest.homepage}\n`}Description: ${manifest.description}
`
}

function dependencies({ needs }: Runtime): readonly string[] {
  if (!needs) return [`nodejs (>= ${OLDEST_NODE})`, 'systemd (>= 247)']
  return [`libc6 (>= ${needs.glibc})`, `libstdc++6 (>= ${needs.gcc})`, 'systemd (>= 247)']
}

function sizeOf(entries: readonly Entry[]): number {
  return contents(entries).reduce((sum, { bytes }) => sum + bytes.length, 0)
}

function md5sums(entries: readonly Entry[]): string {
  const files = contents(entries.filter(({ config }) => !config))
  const lines = files.map(({ path, bytes }) => {
    return `${createHash('md5').update(bytes).digest('hex')}  ${path.slice(1)}\n`
  })
  return lines.sort().join('')
}

function contents(entries: readonly Entry[]): readonly { path: string; bytes: Uint8Array }[] {
  return entries.flatMap(({ path, content }) => {
    if (!content) return []
    const bytes = 'text' in content ? Buffer.from(content.text) : readFileSync(content.source)
    return [{ path, bytes }]
  })
}

function when(word: string, body: string): string {
  return `if [ "$1" = ${word} ]; then\n${body}\nfi`
}

function script(name: string, parts: readonly string[]): Entry {
  return file(`/DEBIAN/${name}`, `#!/bin/sh\nset -e\n${parts.join('\n')}\n`, 0o755)
}
