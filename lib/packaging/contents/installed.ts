import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { packageRoot } from '../../own-package.ts'
import { below, configFile, type Entry, file, folder } from '../formats/tree.ts'
import { sysusers } from '../unit/accounts.ts'
import { installedPlaces, type Launched, launcher, portableLauncher } from './launcher.ts'

/** By shell. */
export type Completions = Readonly<Record<'bash' | 'zsh' | 'fish', string>>

/** Where zsh of Debian looks for completions of packages; that of Fedora has another folder. */
export const ZSH_FOLDERS = {
  deb: '/usr/share/zsh/vendor-completions',
  rpm: '/usr/share/zsh/site-functions',
} as const

export interface Texts {
  /** The configuration, as it was written. */
  readonly configuration: string
  readonly unit: string
  /** Undefined if systemd opens nothing for the agent. */
  readonly socketUnit: string | undefined
  readonly tmpfiles: string
  readonly manPage: string
  readonly completions: Completions
  readonly copyright: string
}

/** The files that package managers install: the agent's home, and files in folders of the system. */
export function installedEntries(
  launched: Launched,
  home: readonly Entry[],
  texts: Texts,
): readonly Entry[] {
  const { name } = launched
  const places = installedPlaces(name)
  return [
    ...below(places.home, home),
    file(`/usr/bin/${name}`, launcher(launched, places), 0o755),
    file(`/usr/lib/systemd/system/${name}.service`, texts.unit),
    ...(texts.socketUnit === undefined
      ? []
      : [file(`/usr/lib/systemd/system/${name}.socket`, texts.socketUnit)]),
    file(`/usr/lib/sysusers.d/${name}.conf`, sysusers(name, places)),
    file(`/usr/lib/tmpfiles.d/${name}.conf`, texts.tmpfiles),
    file(`/usr/share/man/man8/${name}.8.gz`, gzipSync(texts.manPage, { level: 9 })),
    file(`/usr/share/bash-completion/completions/${name}`, texts.completions.bash),
    file(`${ZSH_FOLDERS.deb}/_${name}`, texts.completions.zsh),
    file(`/usr/share/fish/vendor_completions.d/${name}.fish`, texts.completions.fish),
    file(`/usr/share/doc/${name}/copyright`, texts.copyright),
    configFile(`${places.config}/${name}.yml`, texts.configuration, 0o600),
    configFile(`${places.config}/${name}.reference.yml`, reference(), 0o644),
    folder(`${places.config}/${name}.d`, 0o750),
    folder(`${places.config}/credentials`, 0o700),
  ]
}

/** The files of a tarball: the home, with the command and the configuration beside it. */
export function portableEntries(
  launched: Launched,
  home: readonly Entry[],
  { configuration, copyright }: Pick<Texts, 'configuration' | 'copyright'>,
): readonly Entry[] {
  const { name } = launched
  return [
    ...home,
    file(`/${name}`, portableLauncher(launched), 0o755),
    file(`/${name}.yml`, configuration, 0o600),
    file(`/${name}.reference.yml`, reference()),
    file('/COPYRIGHT', copyright),
  ]
}

/** Every setting of the agent with its default. */
function reference(): string {
  return readFileSync(fileURLToPath(new URL('config/beat.yml', packageRoot())), 'utf8')
}
