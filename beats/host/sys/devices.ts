import type { HostFiles } from '../host-files.ts'

/** The devices of one class at one moment, each with what tells it from another of the same name. */
export interface Devices<T extends { readonly name: string }> {
  readonly all: readonly T[]
  readonly identities: ReadonlyMap<string, string>
}

/**
 * Identifies devices by more than their names, which can be given to another one: by the inode of their folder in
 * sysfs, which follows a device when it is renamed and is never given to another one. In a copy of sysfs, it is
 * what the file `number` has. Without either, the name has to do.
 *
 * @param folder `sys/class/net`, `sys/block`
 */
export function identified<T extends { readonly name: string }>(
  all: readonly T[],
  files: HostFiles,
  folder: string,
  number: string,
): Devices<T> {
  const identities = all.map(({ name }): [string, string] => {
    // sysfs has no slashes in names: `cciss!c0d0`.
    const path = `${folder}/${name.replaceAll('/', '!')}`
    const identity = files.hasSysfs ? files.inode(path) : files.text(`${path}/${number}`)
    return [name, identity === undefined ? name : `#${identity}`]
  })
  return { all, identities: new Map(identities) }
}

/** Returns a function that finds what the same device had counted before, whatever its name was then. */
export function formerly<T extends { readonly name: string }>(
  before: Devices<T>,
  now: Devices<T>,
): (device: T) => T | undefined {
  const known = new Map(before.all.map(device => [before.identities.get(device.name), device]))
  return ({ name }) => known.get(now.identities.get(name))
}
