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
    const home = join(folder, 'kafka')
    const data = join(home, 'data')
    await mkdir(home, { recursive: true })
    const [port, controller] = [await freePort(), await freePort()]
    const file = join(home, 'server.properties')
    const all = { ...settingsOf(port, controller, data), ...settings }
    all.listeners = [ownListeners(port, controller), settings.listeners ?? []].flat().join()
    all['advertised.listeners'] = all.listeners.replace(/,CONTROLLER:[^,]*/, '')
    const lines = Object.entries(all).filter(([key]) => key !== 'scram')
    await writeFile(file, lines.map(pair => `${pair.join('=')}\n`).join(''))
    if (!existsSync(join(data, 'meta.properties'))) await format(file, settings.scram)
    const command = [...javaCommand(WANTED, 'kafka.Kafka', JVM), file]
    const server = await ServerProcess.start({ name: 'kafka', folder, port, command })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => messagesOf(port),
    } satisfies Server
  },
}

function ownListeners(port: number, controller: number): string {
  return `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`
}

function settingsOf(port: number, controller: number, data: string): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: ownListeners(port, controller),
    'log.dirs': data,
    // After a kill the controller takes it again once its session is over.
    ...{ 'broker.session.timeout.ms': '1000', 'broker.heartbeat.interval.ms': '200' },
    'num.partitions': '3',
    'offsets.topic.replication.factor': '1',
    // Of one broker there is nobody to hand partitions over to.
    'controlled.shutdown.enable': 'false',
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

async function* messagesOf(port: number): AsyncGenerator<string> {
  const [program = '', ...args] = [...javaCommand(WANTED, 'Messages', JVM), `127.0.0.1:${port}`]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  yield* createInterface({ input: child.stdout })
  const [code] = await ended
  if (code !== 0) throw new Error(`Messages has ended with ${code}`)
}
