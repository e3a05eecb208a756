import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ServerKind } from '../server.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { runTool } from '../tool.ts'

/** Redis. What it confirms is in its log, and synced. */
export const redis: ServerKind = {
  name: 'redis',
  needs: "Debian's redis-server",
  async get() {
    await runTool(['redis-cli', '--version'])
    const said = await runTool(['redis-server', '--version'])
    return /v=(\S+)/.exec(said)?.[1] ?? said
  },
  async start(folder, { settings = {} } = {}) {
    const port = await freePort()
    const all = {
      ...{ port: String(port), bind: '127.0.0.1', dir: folder, save: '' },
      ...{ appendonly: 'yes', appendfsync: 'always' },
      ...settings,
    }
    const options = Object.entries(all).flatMap(([key, value]) => [`--${key}`, value])
    const isReady = async () => (await ask(port, 'ping')) === 'PONG'
    const command = ['redis-server', ...options]
    const server = await ServerProcess.start({ name: 'redis', folder, port, command, isReady })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => eventsIn(port),
    }
  },
}

function ask(port: number, ...words: readonly string[]): Promise<string> {
  return runTool(['redis-cli', '-p', String(port), '--raw', ...words])
}

/** Of all lists. */
async function* eventsIn(port: number): AsyncGenerator<string> {
  const keys = (await ask(port, 'keys', '*')).split('\n').filter(key => key !== '')
  for (const key of keys) {
    if ((await ask(port, 'type', key)) !== 'list') continue
    const cli = spawn('redis-cli', ['-p', String(port), '--raw', 'lrange', key, '0', '-1'])
    for await (const line of createInterface({ input: cli.stdout })) yield JSON.parse(line).id
  }
}
