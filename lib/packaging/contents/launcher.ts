import { withoutDebugPort } from '../../debug-port.ts'
import type { RuntimeKind } from './runtime.ts'

/** The folders of an installed agent. */
export interface Places {
  readonly home: string
  readonly config: string
  readonly data: string
  readonly logs: string
}

export function installedPlaces(name: string): Places {
  return {
    home: `/usr/share/${name}`,
    config: `/etc/${name}`,
    data: `/var/lib/${name}`,
    logs: `/var/log/${name}`,
  }
}

export interface Launched {
  readonly name: string
  readonly runtime: RuntimeKind
  readonly jitless: boolean
}

/**
 * The command of an agent, a shell script: it starts the agent's Node with the agent's folders, and with
 * `NAME.yml` if the command line names no configuration. Root becomes the agent's user first.
 */
export function launcher(launched: Launched, places: Places): string {
  const { name, runtime } = launched
  const user = `--reuid ${name} --regid ${name} --init-groups`
  // Only root passes the test, as root owns the folder; unlike id(1), it starts no program.
  const drop = `[ -O ${places.config} ] && exec setpriv ${user} "$0" "$@"`
  const node = runtime === 'system' ? '/usr/bin/node' : `${places.home}/bin/node`
  return script(drop, launched, node, places)
}

/** The same for a folder that may be anywhere and contains everything. */
export function portableLauncher(launched: Launched): string {
  const here = 'here=$(dirname "$(readlink -f "$0")")'
  const places = { home: '$here', config: '$here', data: '$here/data', logs: '$here/logs' }
  return script(here, launched, launched.runtime === 'system' ? 'node' : '$here/bin/node', places)
}

function script(
  before: string,
  { name, jitless, runtime }: Launched,
  node: string,
  { home, config, data, logs }: Places,
): string {
  const options = [
    ...(jitless ? ['--jitless'] : []),
    // Which Node the system will have is not known.
    ...(runtime === 'bundled' ? withoutDebugPort(process.versions.node) : []),
  ]
  return `#!/bin/sh
${before}
export SEALBEAT_CONFIG="\${SEALBEAT_CONFIG-${config}/${name}.yml}"
exec "${node}" ${options.map(each => `${each} `).join('')}"${home}/node_modules/sealbeat/dist/bundle/main.js" \\
  --path.home "${home}" --path.config "${config}" \\
  --path.data "${data}" --path.logs "${logs}" "$@"
`
}
