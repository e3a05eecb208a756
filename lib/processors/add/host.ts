// What is known of the host, without a socket. Files that are missing leave their fields out.

import { readFileSync } from 'node:fs'
import { hostname, machine, networkInterfaces, release } from 'node:os'
import type { Fields } from '../field.ts'

/** The field `host`, as Beats has it. */
export function hostFields(root = ''): Fields {
  const id = textOf(`${root}/etc/machine-id`)?.trim()
  return {
    hostname: hostname(),
    architecture: machine(),
    os: osFields(textOf(`${root}/etc/os-release`) ?? textOf(`${root}/usr/lib/os-release`) ?? ''),
    ...(id !== undefined && id !== '' && { id }),
    ...containerized(textOf(`${root}/proc/1/cgroup`)),
  }
}

/** The addresses of all interfaces but the loopback. Takes a socket. */
export function networkFields(): Fields {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  const outward = all.filter(({ internal }) => !internal)
  const macs = outward.map(({ mac }) => mac.toUpperCase().replaceAll(':', '-'))
  return {
    ip: [...new Set(outward.map(({ address }) => address))],
    mac: [...new Set(macs)].sort(),
  }
}

/** os-release(5). The family as ECS has it. */
export function osFields(osRelease: string): Fields {
  const values = new Map(
    Array.from(osRelease.matchAll(/^([A-Z_]+)=(.*)$/gm), ([, key = '', value = '']) => [
      key,
      value.replace(/^(["'])(.*)\1$/, '$2'),
    ]),
  )
  const platform = values.get('ID') ?? ''
  const kinds = [platform, ...(values.get('ID_LIKE') ?? '').split(' ')]
  const family = FAMILIES.find(({ members }) => kinds.some(kind => members.includes(kind)))?.name
  const fields = {
    platform,
    version: values.get('VERSION') ?? '',
    family: family ?? '',
    name: values.get('NAME') ?? '',
    codename: values.get('VERSION_CODENAME') ?? '',
  }
  const known = Object.entries(fields).filter(([, value]) => value !== '')
  return { type: 'linux', kernel: release(), ...Object.fromEntries(known) }
}

const FAMILIES = [
  { name: 'redhat', members: ['redhat', 'fedora', 'centos', 'rhel', 'amzn', 'rocky', 'almalinux'] },
  { name: 'debian', members: ['debian', 'ubuntu', 'raspbian', 'linuxmint'] },
  { name: 'suse', members: ['suse', 'sles', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed'] },
  { name: 'arch', members: ['arch', 'archarm', 'manjaro'] },
  { name: 'alpine', members: ['alpine'] },
]

/** As Beats guesses it. Unknown where process 1 is hidden. */
function containerized(cgroup: string | undefined): Fields {
  if (cgroup === undefined) return {}
  return { containerized: /(docker|kubepods|containerd|libpod|lxc)/.test(cgroup) }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
