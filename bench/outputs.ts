// What it costs to bring events to a server, beside rsyslog and syslog-ng that bring the same lines to the same server.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeName, programFile } from './child.ts'
import { flood, floodLine, type Run } from './flood.ts'
import { inFolder } from './folder.ts'
import { type Forwarder, forwarderRun, type HasCome } from './forwarder.ts'
import { inTurns, median, spread, times } from './rounds.ts'
import { rsyslog, rsyslogd } from './rsyslog.ts'
import { syslogNg, syslogNgTo } from './syslog-ng.ts'
import { printTable, type Row } from './table.ts'

const ROUNDS = 5
const EVENTS = 400_000
const BATCH = 100
/** The slower they are, the fewer take some seconds. */
const OTHERS_EVENTS = 100_000
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
    const action = `action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" template="line" searchIndex="bench" bulkmode="on")`
    const destination = [
      `url("http://127.0.0.1:${port}/_bulk") method("POST") delimiter("\\n") body-suffix("\\n")`,
      `headers("Content-Type: application/x-ndjson") body('{"create":{"_index":"bench"}}\n$MSG')`,
    ].join(' ')
    const others = beside({ module: 'omelasticsearch', action }, { module: 'http', destination })
    await compare('_bulk', [agent(0), agent(1)], others, line, counting(ask))
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
      const action = `action(type="omhiredis" server="127.0.0.1" serverport="${port}" mode="queue" key="${KEY}" template="line")`
      const destination = `host("127.0.0.1") port(${port}) command("RPUSH", "${KEY}", "$MSG")`
      const others = beside({ module: 'omhiredis', action }, { module: 'redis', destination })
      await compare('Redis', [agent], others, line, async (_, events) => {
        await sleep(ASK_MS)
        if (Number(ask('llen', KEY)) < events) return false
        ask('del', KEY)
        return true
      })
    } finally {
      await ended(server)
    }
  })
}

function counting(ask: () => Promise<number>): HasCome {
  let come = 0
  return async (_, events) => {
    await sleep(ASK_MS)
    come += await ask()
    if (come < events) return false
    come = 0
    return true
  }
}

interface Other {
  readonly name: string
  readonly forwarder: Forwarder
}

/** Those that are installed; the first one is what all are compared to. */
function beside(
  { module, action }: { readonly module: string; readonly action: string },
  to: { readonly module: 'http' | 'redis'; readonly destination: string },
): readonly Other[] {
  const program = rsyslogd()
  const first = program && rsyslog(program, { module, action: () => action })
  const found = syslogNg()
  const second = found && syslogNgTo(found, to.module, to.destination)
  if (!second) console.log('\nNo comparison with syslog-ng, which is not installed')
  return [
    ...(first ? [{ name: `rsyslogd, imfile to ${module}`, forwarder: first }] : []),
    ...(second ? [{ name: `syslog-ng, file to ${to.module}`, forwarder: second }] : []),
  ]
}

async function compare(
  what: string,
  agents: readonly Side[],
  others: readonly Other[],
  line: string,
  hasCome: HasCome,
): Promise<void> {
  const lines = { line, events: OTHERS_EVENTS }
  const sides = Object.fromEntries([
    ...agents.map(({ name, run }) => [name, run] as const),
    ...others.map(
      ({ name, forwarder }) => [name, () => forwarderRun(forwarder, lines, hasCome)] as const,
    ),
  ])
  const runs: Readonly<Record<string, readonly (Run & { endMB?: number })[]>> = await inTurns(
    ROUNDS,
    sides,
  )
  const base = others[0]?.name ?? ''
  const rates = (name: string) => (runs[name] ?? []).map(({ events, ms }) => events / ms)
  const costs = (name: string) =>
    (runs[name] ?? []).map(({ events, cpuMs }) => (cpuMs / events) * 1000)
  const rows = Object.keys(sides).map((name): Row => {
    const isBase = name === base || base === ''
    const memory = (runs[name] ?? []).flatMap(({ endMB }) => endMB ?? [])
    return [
      name,
      spread(rates(name), 'k/s'),
      isBase ? '' : times(rates(name), rates(base)),
      spread(costs(name), 's', 2),
      isBase ? '' : times(costs(name), costs(base)),
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
