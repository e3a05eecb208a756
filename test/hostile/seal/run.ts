// Runs an agent with the hostile beat in a scene of its own: a folder, a neighbour, listeners.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net'
import { Workplace } from '../../cli/workplace.ts'
import { ROOT } from '../../docs/page.ts'
import { isolation } from '../../live.ts'
import { MARK, type Scene, type Switches, type Who } from './attack.ts'
import type { Results } from './beat.ts'

export interface Run {
  readonly who: Who
  readonly on: Switches
}

export interface Found {
  readonly code: number | null
  /** In `open`, before the seal. */
  readonly before: Results
  readonly after: Results
  /** Files that the agent has open for writing once it is sealed. */
  readonly open: readonly string[]
  readonly inside: string
  readonly stderr: string
}

const NOBODY = 65534
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']

/**
 * A neighbour with the agent's user. It has no capabilities: whoever has fewer than another process can't look
 * inside it, so dropping them would refuse what the domain has to refuse.
 */
const AS_NEIGHBOUR: Readonly<Record<Who, string>> = {
  root: 'setpriv --bounding-set=-all',
  '65534': '',
  'becomes 65534': AS_NOBODY.join(' '),
}

/** Starts the neighbour as NEIGHBOUR_AS says, and becomes the agent. Yama lets a process trace only its descendants. */
const WITH_NEIGHBOUR = `env ${MARK} $NEIGHBOUR_AS sleep 300 </etc/passwd >/dev/null 2>&1 &
export HOSTILE_NEIGHBOUR=$!
until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done
exec "$@"`

/** Of Node itself. From a heap of 2 GB on, V8 maps its builtins again for each thread, unless it is told not to. */
const OPTIONS: { readonly [N in Switches['native']]: string } = {
  allow: '',
  late_libraries: '--max-old-space-size=2048',
  jitless: '--jitless',
}

/** @param node the binary to run it with */
export async function attacked({ who, on }: Run, node = process.execPath): Promise<Found> {
  const place = new Workplace()
  const listeners = new Listeners()
  try {
    const scene = await setUp(place, listeners)
    place.write(filesFor(place, who, on, scene))
    mkdirSync(scene.inside)
    if (who !== 'root') spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, place.folder])
    // Root's: it follows no links of others here.
    symlinkSync('../spare', `${scene.inside}/link`)
    const through = [
      ...isolation(),
      ...(who === '65534' ? AS_NOBODY : []),
      ...['env', `HOSTILE_SCENE=${JSON.stringify(scene)}`, `NODE_OPTIONS=${OPTIONS[on.native]}`],
      `NEIGHBOUR_AS=${AS_NEIGHBOUR[who]}`,
      ...['sh', '-c', WITH_NEIGHBOUR, 'sh'],
    ]
    const agent = place.startOn(node, through, 'run', '--strict.perms=false')
    const { code, stdout, stderr } = await agent.ended()
    const event = stdout.split('\n').find(line => line.includes('"after":{'))
    if (!event) throw new Error(`no results of ${who}, ${JSON.stringify(on)}:\n${stderr}`)
    return { code, ...JSON.parse(event), stderr, inside: scene.inside }
  } finally {
    listeners.close()
    place.remove()
  }
}

async function setUp(place: Workplace, listeners: Listeners) {
  // As long as an address can be: some versions of Node pad a shorter name.
  const abstract = place.folder.padEnd(107, '-')
  const socket = place.path('outside.sock')
  const ports = {
    undeclared: await listeners.port(),
    connects: await listeners.port(),
    listens: await freePort(),
    free: await freePort(),
  }
  await listeners.listen({ path: `\0${abstract}` })
  await listeners.listen({ path: socket })
  chmodSync(socket, 0o777)
  const [outside, inside] = [place.folder, place.path('data')]
  return { outside, inside, ports, abstract, socket } satisfies Partial<Scene>
}

function filesFor(
  place: Workplace,
  who: Who,
  on: Switches,
  { ports }: Pick<Scene, 'ports'>,
): Readonly<Record<string, string>> {
  return {
    'beat.js': `export { default } from '${ROOT}dist/test/hostile/seal/beat.js'\n`,
    'node_modules/parser/index.js': 'export default 1\n',
    spare: 'spare\n',
    empty: '',
    'beat.yml': `beats: [{ type: ${place.path('beat.js')} }]
output.console: {}
seccomp:
  enabled: ${on.filter}
  late_libraries: ${on.native === 'late_libraries' ? 'refuse' : 'allow'}
landlock: { enabled: ${on.domain}${on.sockets ? `, connects: [${ports.connects}], listens: [${ports.listens}]` : ''} }
capabilities: ${on.capabilities ? 'drop' : 'keep'}
user: '${who === 'becomes 65534' ? `${NOBODY}:${NOBODY}` : ''}'
`,
  }
}

class Listeners {
  readonly #servers: Server[] = []

  async listen(options: ListenOptions): Promise<Server> {
    const server = createServer(socket => socket.on('error', () => undefined).resume())
    server.listen(options)
    await once(server, 'listening')
    this.#servers.push(server)
    return server
  }

  /** A TCP port that is listened on, by IPv4 and IPv6. */
  async port(): Promise<number> {
    return portOf(await this.listen({ port: 0 }))
  }

  close(): void {
    for (const server of this.#servers) server.close()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
