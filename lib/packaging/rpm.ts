import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../errors.ts'
import type { AgentPackage } from './agent-package.ts'
import { RPMBUILD, runTool } from './run-tool.ts'
import { OLDEST_NODE } from './runtime.ts'
import { scripts } from './scripts.ts'
import { type Entry, foldersOf, stage } from './tree.ts'

/** By rpm's own tool, from what is staged. Writes the package into a folder; its path. */
export function buildRpm(agent: AgentPackage, work: string, output: string): string {
  const [root, top] = [join(work, 'rpm-root'), join(work, 'rpm')]
  stage(agent.entries, root, agent.epoch)
  const spec = join(work, `${agent.manifest.name}.spec`)
  writeFileSync(spec, specFile(agent, root))
  const macros = Object.entries(MACROS).flatMap(([name, value]) => ['-D', `${name} ${value}`])
  const args = ['-bb', '--quiet', '--target', architecture(agent.arch), ...macros]
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(agent.epoch) }
  runTool(RPMBUILD, [...args, '-D', `_topdir ${top}`, spec], { env })
  return moveOut(join(top, 'RPMS', architecture(agent.arch)), output)
}

/** The same input gives the same bytes; nothing is stripped or looked into. */
const MACROS = {
  _buildhost: 'reproducible',
  use_source_date_epoch_as_buildtime: '1',
  clamp_mtime_to_source_date_epoch: '1',
  _build_id_links: 'none',
  debug_package: '%{nil}',
  __os_install_post: '%{nil}',
  _binary_payload: 'w6.gzdio',
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  ia32: 'i686',
  arm64: 'aarch64',
  arm: 'armv7hl',
  ppc64: 'ppc64le',
  loong64: 'loongarch64',
}

function architecture(arch: string): string {
  return ARCHITECTURES[arch] ?? arch
}

function specFile(agent: AgentPackage, root: string): string {
  const { manifest, places, iteration, runtime } = agent
  const run = scripts(manifest.name, places)
  const { needs } = runtime
  const requires = needs ? `glibc >= ${needs.glibc}, libstdc++` : `nodejs >= ${OLDEST_NODE}`
  return `Name: ${manifest.name}
Version: ${manifest.version.replace('-', '~').replaceAll('-', '.')}
Release: ${iteration}
Summary: ${escaped(manifest.description)}
License: ${escaped(manifest.license)}
Packager: ${escaped(manifest.maintainer)}
${manifest.homepage === undefined ? '' : `URL: ${manifest.homepage}\n`}AutoReqProv: no
Requires: systemd >= 247, ${requires}

%description
${escaped(manifest.description)}

%install
cp -a ${root}/. %{buildroot}

%post
${run.afterInstall}
if [ "$1" -gt 1 ]; then ${run.afterUpgrade}; fi

%preun
if [ "$1" -eq 0 ]; then ${run.beforeRemove}; fi

%postun
${run.afterRemove}

%files
${files(agent).join('\n')}
`
}

/** Folders of the agent's own are the package's; those of the system are not. */
function files({ entries, manifest: { name } }: AgentPackage): readonly string[] {
  const own = foldersOf(entries).filter(path => path.split('/').includes(name))
  const listed = new Set(entries.map(({ path }) => path))
  return [
    ...own
      .filter(path => !listed.has(path))
      .map(path => `%dir %attr(0755, root, root) ${quoted(path)}`),
    ...entries.map(lineOf),
  ]
}

function lineOf({ path, mode, content, config }: Entry): string {
  const kind = content ? (config ? '%config(noreplace) ' : '') : '%dir '
  return `${kind}%attr(${mode.toString(8).padStart(4, '0')}, root, root) ${quoted(path)}`
}

function quoted(path: string): string {
  return `"${escaped(path)}"`
}

function escaped(text: string): string {
  return text.replaceAll('%', '%%')
}

function moveOut(folder: string, output: string): string {
  const [name] = readdirSync(folder)
  if (name === undefined) throw new AgentError('OPEN_FAILED', 'rpmbuild has made no package')
  const target = join(output, name)
  renameSync(join(folder, name), target)
  return target
}
