import type { Places } from './launcher.ts'

/** sysusers.d(5): the agent's own user. */
export function sysusers(name: string, { data }: Places): string {
  return `u ${name} - "${name} agent" ${data}\n`
}

/** tmpfiles.d(5): what is not root's. The configuration may hold secrets. */
export function tmpfiles(name: string, { config, data, logs }: Places): string {
  return `d ${data} 0700 ${name} ${name} -
d ${logs} 0750 ${name} ${name} -
z ${config}/${name}.yml 0600 ${name} ${name} -
`
}
