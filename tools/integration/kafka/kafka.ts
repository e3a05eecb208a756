import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { getJava, javaCommand } from '../maven.ts'
import type { Server, ServerKind } from '../server.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { runTool } from '../tool.ts'

const WANTED = { name: 'kafka', version: '4.4.0' } as const

const JVM = [
  ...['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC'],
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
]

/** Any id of 16 bytes does. */
const CLUSTER = 'c2VhbGJlYXQtdGVzdHMtMQ'

/**
 * One broker, which is its own controller. It does not sync what it confirms: other replicas are what Kafka relies
 * on. A kill leaves what it has written. Of the settings, `listeners` come beside that of the tests, and `scram` is
 * no setting of the broker: a user who may come by SCRAM.
 */
export const kafka: ServerKind = {
  name: 'kafka',
  needs: 'a JDK from 17 on, and Maven',
  async get() {
    await getJava(WANTED)
    return WANTED.version
  },
  async start(folder, { settings = {} } = {}) {
    const [node] = await freeNodes(1)
    if (node === undefined) throw new TypeError('no node')
    const server = await startNode(folder, node, [node], settings)
    return {
      port: node.port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => messagesOf(node.port),
    } satisfies Server
  },
}

/** A broker of a cluster, which is one of its controllers. */
export interface ClusterNode {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
}

export async function freeNodes(count: number): Promise<readonly ClusterNode[]> {
  const nodes: ClusterNode[] = []
  for (let id = 1; id <= count; id++) {
    nodes.push({ id, port: await freePort(), controllerPort: await freePort() })
  }
  return nodes
}

export async function startNode(
  folder: string,
  node: ClusterNode,
  all: readonly ClusterNode[],
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const home = join(folder, `kafka-${node.id}`)
  const data = join(home, 'data')
  await mkdir(home, { recursive: true })
  const file = join(home, 'server.properties')
  const { listeners, scram, ...own } = settings
  const clients = [`PLAINTEXT://127.0.0.1:${node.port}`, ...(listeners ? [listeners] : [])]
  const entries = {
    ...settingsOf(node, all, data),
    listeners: [...clients, `CONTROLLER://127.0.0.1:${node.controllerPort}`].join(),
    'advertised.listeners': clients.join(),
    ...own,
  }
  await writeFile(
    file,
    Object.entries(entries)
      .map(pair => `${pair.join('=')}\n`)
      .join(''),
  )
  if (!existsSync(join(data, 'meta.properties'))) await format(file, scram)
  const command = [...javaCommand(WANTED, 'kafka.Kafka', JVM), file]
  return ServerProcess.start({ name: `kafka-${node.id}`, folder, port: node.port, command })
}

function settingsOf(
  { id }: ClusterNode,
  all: readonly ClusterNode[],
  data: string,
): Readonly<Record<string, string>> {
  const voters = all.map(each => `${each.id}@127.0.0.1:${each.controllerPort}`)
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters.join(),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    // After a kill the controller takes it again once its session is over.
    ...{ 'broker.session.timeout.ms': '1000', 'broker.heartbeat.interval.ms': '200' },
    'num.partitions': '3',
    'offsets.topic.replication.factor': '1',
    // Of one broker there is nobody to hand partitions over to.
    'controlled.shutdown.enable': String(all.length > 1),
  }
}

async function format(file: string, scram: string | undefined): Promise<void> {
  const options = ['--config', file, '--cluster-id', CLUSTER]
  const users = scram === undefined ? [] : ['--add-scram', scram]
  await runTool([
    ...javaCommand(WANTED, 'kafka.tools.StorageTool', JVM),
    ...['format', ...options, ...users],
  ])
}

/** The ids of all messages that the cluster of a broker has. */
export async function* messagesOf(port: number): AsyncGenerator<string> {
  const [program = '', ...args] = [...javaCommand(WANTED, 'Messages', JVM), `127.0.0.1:${port}`]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  yield* createInterface({ input: child.stdout })
  const [code] = await ended
  if (code !== 0) throw new Error(`Messages has ended with ${code}`)
}
