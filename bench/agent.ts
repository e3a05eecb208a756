import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuTime, idleMemory, MAIN, ROOT, startTime } from './child.ts'
import { median, printTable, type Row, times } from './table.ts'

const STARTS = 15

/** The time until beats run behind the filter, on this Node and on each one that `make nodes` installed. */
export async function benchStart(): Promise<void> {
  const rows: Row[] = []
  const cached = ['20', '22', '24', '26'].map(major => `${ROOT}.cache/node/${major}/bin/node`)
  for (const node of [process.execPath, ...cached.filter(file => existsSync(file))]) {
    rows.push(...(await startsOf(node)))
  }
  printTable(`Start, median of ${STARTS}`, rows)
}

async function startsOf(node: string): Promise<readonly Row[]> {
  return inFolder(async folder => {
    const agent = [node, MAIN, 'run', '-c', `${folder}/beat.yml`]
    const [bare, full]: [number[], number[]] = [[], []]
    for (let at = 0; at < STARTS; at++) {
      bare.push(await startTime([node, '-e', '0']))
      full.push(await startTime(agent, '"message":"Running"'))
    }
    const name = node.startsWith(ROOT) ? node.slice(ROOT.length) : `this Node, ${process.version}`
    return [
      { what: `${name}: node -e 0`, value: `${median(bare).toFixed(0)} ms` },
      {
        what: `${name}: agent running`,
        value: `${median(full).toFixed(0)} ms`,
        ratio: times(median(full), median(bare)),
      },
    ]
  })
}

const IDLE_MS = 3_000

export async function benchMemory(): Promise<void> {
  await inFolder(async folder => {
    const bare = await idleMemory([process.execPath, '-e', 'setInterval(() => {}, 1e6)'], IDLE_MS)
    const agent = await idleMemory(
      [process.execPath, MAIN, 'run', '-c', `${folder}/beat.yml`],
      IDLE_MS,
    )
    printTable('Idle memory (resident)', [
      { what: 'node -e "setInterval(…)"', value: `${bare.toFixed(0)} MB` },
      {
        what: 'agent with the host beat',
        value: `${agent.toFixed(0)} MB`,
        ratio: times(agent, bare),
      },
    ])
  })
}

const ROUNDS = 5

/** Processor time of an agent that is busy reading /proc and publishing, with and without the filter. */
export async function benchBusy(): Promise<void> {
  await inFolder(async folder => {
    const agent = [process.execPath, MAIN, 'run', '-c', `${folder}/busy.yml`]
    const [on, off]: [number[], number[]] = [[], []]
    for (let at = 0; at < ROUNDS; at++) {
      on.push(cpuTime(agent))
      off.push(cpuTime([...agent, '-E', 'seccomp.enabled=false']))
    }
    printTable(`Processor time of a busy agent, median of ${ROUNDS}`, [
      { what: 'without the filter', value: `${median(off).toFixed(0)} ms` },
      {
        what: 'with it',
        value: `${median(on).toFixed(0)} ms`,
        ratio: times(median(on), median(off)),
      },
    ])
  })
}

const BUSY = `import { readFile } from 'node:fs/promises'
export default {
  name: 'busy',
  schema: {},
  async run({ publish }) {
    for (let round = 0; round < 5000; round++) {
      const names = ['stat', 'meminfo', 'loadavg']
      const files = await Promise.all(names.map(name => readFile('/proc/' + name, 'utf8')))
      await publish(files.map(text => ({ message: text.slice(0, 200) })))
    }
  },
}
`

export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-bench-'))
  const paths = `path: { data: ${folder}/data, logs: ${folder} }\n`
  const settings = `beats: [{ type: host }]\noutput.console: {}\n${paths}`
  writeFileSync(`${folder}/beat.yml`, settings, { mode: 0o644 })
  writeFileSync(`${folder}/package.json`, '{ "type": "module" }')
  writeFileSync(`${folder}/busy.js`, BUSY, { mode: 0o644 })
  const output = `output.file: { path: ${folder}, filename: events }\n`
  writeFileSync(`${folder}/busy.yml`, `beats: [{ type: ./busy.js }]\n${output}${paths}`, {
    mode: 0o644,
  })
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
