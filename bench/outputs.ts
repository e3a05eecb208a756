// What it costs to bring events to a server, beside rsyslog that brings the same lines to the same server.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeName, programFile } from './child.ts'
import { flood, floodLine, type Run } from './flood.ts'
import { inFolder } from './folder.ts'
import { inTurns, median, spread, times } from './rounds.ts'
import { type Destination, rsyslogd, rsyslogRun } from './rsyslog.ts'
import { printTable, type Row } from './table.ts'

const ROUNDS = 5
const EVENTS = 400_000
const BATCH = 100
/** The slower it is, the fewer take some seconds. */
const RSYSLOG_EVENTS = 100_000
const KEY = 'bench'
/** To ask takes time of the machine. */
const ASK_MS = 20

interface Side {
  readonly name: string
  readonly run: () => Promise<Run & { readonly endMB?: number }>
}

export async function benchOutputs(): Promise<void> {
  const line = await floodLine()
  await toBulk(line)
  await toRedis(line)
}

async function toBulk(line: string): Promise<void> {
  const sink = spawn(process.execPath, [programFile('bulk-sink')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [said] = await once(sink.stdout, 'data')
    const port = Number(said)
    const ask = async () => Number(await (await fetch(`http://127.0.0.1:${port}/count`)).text())
    const agent = (level: number): Side => ({
      name: level === 0 ? 'output.elasticsearch' : `output.elasticsearch, gzip ${level}`,
      run: () =>
        flood({
          ...{ batch: BATCH, events: EVENTS, arrived: ask },
          output: `output.elasticsearch={ hosts: ["http://127.0.0.1:${port}"], compression_level: ${level} }`,
        }),
    })
    await compare('_bulk', [agent(0), agent(1)], line, {
      module: 'omelasticsearch',
      action: () =>
        `action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" template="line" searchIndex="bench" bulkmode="on")`,
      hasCome: counting(ask),
    })
  } finally {
    await ended(sink)
  }
}

async function toRedis(line: string): Promise<void> {
  const program = ['/usr/bin/redis-server'].find(existsSync)
  if (program === undefined) return console.log('\nNo Redis: redis-server is not installed')
  const port = await freePort()
  await inFolder(async ({ path }) => {
    const args = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      path,
      '--save',
      '',
      '--appendonly',
      'no',
    ]
    const server = spawn(program, args, { stdio: 'ignore' })
    const ask = (...command: readonly string[]) =>
      spawnSync('redis-cli', ['-p', `${port}`, ...command], { encoding: 'utf8' }).stdout.trim()
    try {
      while (ask('ping') !== 'PONG') await sleep(20)
      const taken = async () => {
        const length = Number(ask('llen', KEY))
        ask('del', KEY)
        return length
      }
      const agent: Side = {
        name: 'output.redis',
        run: () =>
          flood({
            ...{ batch: BATCH, events: EVENTS, arrived: taken },
            output: `output.redis={ hosts: ["127.0.0.1:${port}"], key: ${KEY} }`,
          }),
      }
      await compare('Redis', [agent], line, {
        module: 'omhiredis',
        action: () =>
          `action(type="omhiredis" server="127.0.0.1" serverport="${port}" mode="queue" key="${KEY}" template="line")`,
        hasCome: async (_, events) => {
          await sleep(ASK_MS)
          if (Number(ask('llen', KEY)) < events) return false
          ask('del', KEY)
          return true
        },
      })
    } finally {
      await ended(server)
    }
  })
}

function counting(ask: () => Promise<number>): Destination['hasCome'] {
  let come = 0
  return async (_, events) => {
    await sleep(ASK_MS)
    come += await ask()
    if (come < events) return false
    come = 0
    return true
  }
}

async function compare(
  what: string,
  agents: readonly Side[],
  line: string,
  to: Destination & { readonly module: string },
): Promise<void> {
  const program = rsyslogd()
  const beside = `rsyslogd, imfile to ${to.module}`
  const rsyslog = program && (() => rsyslogRun(program, { line, events: RSYSLOG_EVENTS }, to))
  const own = agents.map(({ name, run }) => [name, run] as const)
  const sides = Object.fromEntries(rsyslog ? [...own, [beside, rsyslog] as const] : own)
  const runs: Readonly<Record<string, readonly (Run & { endMB?: number })[]>> = await inTurns(
    ROUNDS,
    sides,
  )
  const rates = (name: string) => (runs[name] ?? []).map(({ events, ms }) => events / ms)
  const costs = (name: string) =>
    (runs[name] ?? []).map(({ events, cpuMs }) => (cpuMs / events) * 1000)
  const rows = Object.keys(sides).map((name): Row => {
    const isBase = name === beside || !rsyslog
    const memory = (runs[name] ?? []).flatMap(({ endMB }) => endMB ?? [])
    return [
      name,
      spread(rates(name), 'k/s'),
      isBase ? '' : times(rates(name), rates(beside)),
      spread(costs(name), 's', 2),
      isBase ? '' : times(costs(name), costs(beside)),
      memory.length === 0 ? '' : `${median(memory).toFixed(0)} MB`,
    ]
  })
  printTable(
    `To ${what}, ${nodeName(process.execPath)}, batch ${BATCH}; ${ROUNDS} of each in turns`,
    [['', 'events per second', 'ratio', 'CPU of a million', 'ratio', 'memory'], ...rows],
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
