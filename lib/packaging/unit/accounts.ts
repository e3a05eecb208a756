import type { Places } from '../contents/launcher.ts'

/** sysusers.d(5): the agent's own user. */
export function sysusers(name: string, { data }: Places): string {
  return `u ${name} - "${name} agent" ${data}\n`
}

/**
 * tmpfiles.d(5): everything that root does not own. The configuration may hold secrets. Folders that the
 * agent writes to keep their mode and owner where they exist (the colons), as others may use them too.
 */
export function tmpfiles(name: string, places: Places, writes: readonly string[]): string {
  const { config, data, logs } = places
  const lines = [
    `d ${data} 0700 ${name} ${name} -`,
    `d ${logs} 0750 ${name} ${name} -`,
    `z ${config}/${name}.yml 0600 ${name} ${name} -`,
    // Root writes these files, and the agent reads them.
    `z ${config}/${name}.d 0750 root ${name} -`,
    ...writes.map(path => `d ${quoted(path)} :0750 :${name} :${name} -`),
  ]
  return lines.map(line => `${line}\n`).join('')
}

function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%').replace(/["\\]/g, '\\$&')}"`
}
