import { execFile } from 'node:child_process'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One Debian suite, with a source list and a state folder of its own. */
export interface Suite {
  /** Package names that begin with `prefix`. */
  names(prefix: string): Promise<readonly string[]>
  /** The dependencies of a metapackage, such as the kernel of `linux-image-arm64`. */
  dependencies(name: string): Promise<readonly string[]>
  /** All packages that installing these on an empty machine takes, including themselves. */
  closure(names: readonly string[]): Promise<readonly string[]>
  /** Fetches and unpacks the newest version, unless that has been done before. */
  unpack(name: string): Promise<UnpackedPackage>
}

export interface UnpackedPackage {
  readonly version: string
  readonly folder: string
}

/**
 * Opens `suite` (`sid`, `bookworm`) of the mirror that this machine's apt uses, and keeps its files below
 * `cache`. Does not touch the machine's own apt. Needs the network.
 *
 * @param architecture Debian's name (`arm64`), if it is not this machine's
 */
export async function openSuite(
  suite: string,
  cache: string,
  architecture?: string,
): Promise<Suite> {
  const home = resolve(cache, architecture === undefined ? suite : `${suite}-${architecture}`)
  const options = [...(await prepare(suite, home)), ...optionsFor(architecture)]
  await run('apt-get', [...options, 'update'])
  return {
    names: async prefix => (await query([...options, 'pkgnames', prefix])).split('\n'),
    dependencies: async name => {
      const found = (await query([...options, 'depends', name])).matchAll(/^ +Depends: (\S+)$/gm)
      return Array.from(found, ([, dependency = '']) => dependency)
    },
    closure: async names => {
      const plan = ['install', '--simulate', '--no-install-recommends', ...names]
      const { stdout } = await run('apt-get', [...options, ...plan])
      return Array.from(stdout.matchAll(/^Inst (\S+) /gm), ([, name = '']) => name)
    },
    unpack: name => unpack(name, home, options),
  }
}

/**
 * Fetches the source of a package as its authors released it, and unpacks it into `folder`, which must not
 * exist yet. Needs the network.
 */
export async function unpackSource(
  name: string,
  suite: string,
  cache: string,
  folder: string,
): Promise<void> {
  const home = resolve(cache, `${suite}-source`)
  const options = await prepare(suite, home, 'deb-src')
  await run('apt-get', [...options, 'update'])
  const downloads = join(home, 'packages')
  await run('apt-get', [...options, 'source', '--download-only', name], { cwd: downloads })
  const unpacked = resolve(`${folder}.part`)
  await rm(unpacked, { recursive: true, force: true })
  await mkdir(unpacked, { recursive: true })
  const archive = `${name}_*.orig.tar.*[!c]`
  await run('bash', ['-c', `tar -xf ${archive} -C ${unpacked} --strip-components=1`], {
    cwd: downloads,
  })
  await rename(unpacked, folder)
}

function optionsFor(architecture: string | undefined): readonly string[] {
  if (architecture === undefined) return []
  return ['-o', `APT::Architecture=${architecture}`, '-o', `APT::Architectures=${architecture}`]
}

async function query(args: readonly string[]): Promise<string> {
  const { stdout } = await run('apt-cache', [...args], { maxBuffer: 1 << 26 })
  return stdout.trim()
}

async function prepare(
  suite: string,
  home: string,
  type: 'deb' | 'deb-src' = 'deb',
): Promise<readonly string[]> {
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'packages']) {
    await mkdir(join(home, folder), { recursive: true })
  }
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const list = join(home, 'sources.list')
  await writeFile(list, `${type} [signed-by=${keyring}] ${await mirror()} ${suite} main\n`)
  const settings = {
    'Dir::State': join(home, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(home, 'cache'),
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    // apt's user for downloads, _apt, can't write into a checkout.
    'APT::Sandbox::User': '',
    // Otherwise, `update` succeeds with old lists when the mirror can't be reached.
    'APT::Update::Error-Mode': 'any',
  }
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])
}

/** The mirror from which the machine's apt gets Debian. */
async function mirror(): Promise<string> {
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(SITE)',
    'Component: main',
  ])
  const sites = stdout.trim().split('\n')
  const found = sites.find(site => /\/debian\/?$/.test(site)) ?? sites[0]
  if (!found) throw new Error('apt has no source of Debian packages configured')
  return found
}

async function unpack(
  name: string,
  home: string,
  options: readonly string[],
): Promise<UnpackedPackage> {
  const shown = await query([...options, 'show', '--no-all-versions', name])
  const version = /^Version: (.+)$/m.exec(shown)?.[1]
  if (!version) throw new Error(`${name} is not in ${home}`)
  const folder = join(home, 'packages', `${name}_${version}`)
  // `mkdir` returns undefined if the folder exists. It is complete then, see the clean-up below.
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined
  if (isNew) {
    try {
      await run('apt-get', [...options, 'download', name], { cwd: join(home, 'packages') })
      await run('bash', ['-c', `dpkg -x ${name}_*.deb ${folder} && rm ${name}_*.deb`], {
        cwd: join(home, 'packages'),
      })
    } catch (error) {
      await rm(folder, { recursive: true })
      throw error
    }
  }
  return { version, folder }
}
