import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../../errors.ts'
import { recordOfNode } from '../../seccomp/architectures/architecture.ts'
import type { AgentPackage } from '../agent-package.ts'
import { ZSH_FOLDERS } from '../contents/installed.ts'
import { packageVersion } from '../manifest.ts'
import { rpmRequirements } from '../requirements.ts'
import { scripts } from './scripts.ts'
import { runLongTool } from './tool.ts'
import { type Entry, stage } from './tree.ts'

/** Makes an rpm with rpm's own tool, from staged files, below `work`; returns its path. */
export async function buildRpm(
  packed: AgentPackage,
  work: string,
  signal: AbortSignal,
): Promise<string> {
  const agent = { ...packed, entries: packed.entries.map(inPlace) }
  const [root, top] = [join(work, 'rpm-root'), join(work, 'rpm')]
  stage(agent.entries, root, agent.epoch)
  const spec = join(work, `${agent.manifest.name}.spec`)
  writeFileSync(spec, specFile(agent, root))
  const macros = Object.entries({ ...MACROS, _topdir: escaped(top) })
  const defined = macros.flatMap(([name, value]) => ['-D', `${name} ${value}`])
  const args = ['-bb', '--quiet', '--target', architecture(agent.arch), ...defined, spec]
  await runLongTool('rpmbuild', args, {
    env: { SOURCE_DATE_EPOCH: String(agent.epoch) },
    signal,
  })
  const made = join(top, 'RPMS', architecture(agent.arch))
  const [name] = readdirSync(made)
  if (name === undefined) throw new AgentError('OPEN_FAILED', 'rpmbuild made no package')
  return join(made, name)
}

/** The same input gives the same bytes; rpmbuild neither strips nor inspects files. */
const MACROS = {
  _buildhost: 'reproducible',
  use_source_date_epoch_as_buildtime: '1',
  clamp_mtime_to_source_date_epoch: '1',
  _build_id_links: 'none',
  debug_package: '%{nil}',
  __os_install_post: '%{nil}',
  _binary_payload: 'w6.gzdio',
}

function inPlace(entry: Entry): Entry {
  return { ...entry, path: entry.path.replace(`${ZSH_FOLDERS.deb}/`, `${ZSH_FOLDERS.rpm}/`) }
}

function architecture(arch: string): string {
  return recordOfNode(arch)?.names.rpm ?? arch
}

function specFile(agent: AgentPackage, root: string): string {
  const { manifest, places, iteration } = agent
  const run = scripts(manifest.name, places)
  return `Name: ${manifest.name}
Version: ${packageVersion(manifest.version)}
Release: ${iteration}
Summary: ${escaped(manifest.description)}
License: ${escaped(manifest.license)}
Packager: ${escaped(manifest.maintainer)}
${manifest.homepage === undefined ? '' : `URL: ${escaped(manifest.homepage)}\n`}AutoReqProv: no
Requires: ${rpmRequirements(agent).join(', ')}

%description
${escaped(manifest.description)}

%install
cp -al "${escaped(root)}/." "%{buildroot}"

%post
${run.afterInstall}
${run.check}
if [ "$1" -gt 1 ]; then ${run.afterUpgrade}; fi

%preun
if [ "$1" -eq 0 ]; then ${run.beforeRemove}; fi

%postun
${run.afterRemove}

%files
%defattr(-, root, root, -)
${files(agent).join('\n')}
`
}

/** Lists the home as one folder: rpm reads listed names as patterns, and files in it may have any name. */
function files({ entries, places: { home, config } }: AgentPackage): readonly string[] {
  const others = entries.filter(({ path }) => !path.startsWith(`${home}/`))
  return [home, `%dir ${config}`, ...others.map(lineOf)]
}

function lineOf({ path, content, config }: Entry): string {
  return `${content ? (config ? '%config(noreplace) ' : '') : '%dir '}${path}`
}

/** rpm expands macros everywhere in a spec file. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%')
}
