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
  readonly version: string
  readonly runtime: RuntimeKind
  readonly jitless: boolean
}

/**
 * The command of an agent, a shell script: it starts the agent's Node with the agent's folders, and with
 * `NAME.yml` if the command line names no configuration. For root, it starts lib/relay instead, which runs the
 * same as the agent's user, away from root's terminal.
 */
export function launcher(launched: Launched, places: Places): string {
  const { name, runtime } = launched
  const node = runtime === 'system' ? '/usr/bin/node' : `${places.home}/bin/node`
  const { environment, start, args } = parts(launched, node, places)
  // Only root passes the test, as root owns the folder; unlike id(1), it starts no program. A service that a drop-in
  // starts as root has no terminal, and its manager expects the agent itself.
  return `#!/bin/sh
${environment}
set -- ${start('main')} \\
  ${args}
if [ -O ${places.home} ]; then
  [ -z "$NOTIFY_SOCKET" ] || [ -t 0 ] || [ -t 1 ] || [ -t 2 ] || (: </dev/tty) 2>/dev/null ||
    exec setpriv --reuid ${name} --regid ${name} --init-groups "$@"
  exec ${start('relay')} ${name} "$@"
fi
exec "$@"
`
}

/** The same for a folder that may be anywhere and contains everything. */
export function portableLauncher(launched: Launched): string {
  const here = 'here=$(dirname "$(readlink -f "$0")")'
  const places = { home: '$here', config: '$here', data: '$here/data', logs: '$here/logs' }
  const node = launched.runtime === 'system' ? 'node' : '$here/bin/node'
  const { environment, start, args } = parts(launched, node, places)
  return `#!/bin/sh
${here}
${environment}
exec ${start('main')} \\
  ${args}
`
}

function parts(
  { name, version, jitless, runtime }: Launched,
  node: string,
  { home, config, data, logs }: Places,
) {
  const options = [
    ...(jitless ? ['--jitless'] : []),
    // Which Node the system will have is not known.
    ...(runtime === 'bundled' ? withoutDebugPort(process.versions.node) : []),
  ]
    .map(each => `${each} `)
    .join('')
  return {
    environment: `export SEALBEAT_PROGRAM="${name} ${version}"
export SEALBEAT_CONFIG="\${SEALBEAT_CONFIG-${config}/${name}.yml}"`,
    start: (entry: 'main' | 'relay') =>
      `"${node}" ${options}"${home}/node_modules/sealbeat/dist/bundle/${entry}.js"`,
    args: `--path.home "${home}" --path.config "${config}" \\
  --path.data "${data}" --path.logs "${logs}" "$@"`,
  }
}
