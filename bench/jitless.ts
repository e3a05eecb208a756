import { inFolder } from './agent.ts'
import { cpuTime, MAIN, startTime } from './child.ts'
import { median, printTable, times } from './table.ts'

const ROUNDS = 5

/** The cost of running V8 without a compiler, so that no memory has to be writable and executable. */
export async function benchJitless(): Promise<void> {
  await inFolder(async folder => {
    const agent = (flags: readonly string[], file: string) => {
      return [process.execPath, ...flags, MAIN, 'run', '-c', `${folder}/${file}`]
    }
    const [busy, start] = [new Map<string, number[]>(), new Map<string, number[]>()]
    for (let at = 0; at < ROUNDS; at++) {
      for (const flags of [[], ['--jitless']]) {
        const key = flags.join()
        add(busy, key, cpuTime(agent(flags, 'busy.yml')))
        add(start, key, await startTime(agent(flags, 'beat.yml'), '"message":"Running"'))
      }
    }
    printTable(`node --jitless, median of ${ROUNDS}`, [
      ...rows('agent running', start),
      ...rows('processor time of a busy agent', busy),
    ])
  })
}

function add(figures: Map<string, number[]>, key: string, value: number): void {
  figures.set(key, [...(figures.get(key) ?? []), value])
}

function rows(what: string, figures: ReadonlyMap<string, readonly number[]>) {
  const [plain, jitless] = ['', '--jitless'].map(key => median(figures.get(key) ?? []))
  return [
    { what, value: `${plain?.toFixed(0)} ms` },
    {
      what: `${what}, --jitless`,
      value: `${jitless?.toFixed(0)} ms`,
      ratio: times(jitless ?? Number.NaN, plain ?? Number.NaN),
    },
  ]
}
