// The cost of running V8 without a compiler, so that no memory has to be writable and executable.
import { CONSOLE, HOST, RUNNING } from './agent.ts'
import { cpuTime, startTime } from './child.ts'
import { beatOf, inFolder } from './folder.ts'
import { inTurns } from './rounds.ts'
import { compared, printTable } from './table.ts'

const ROUNDS = 5

export async function benchJitless(): Promise<void> {
  await inFolder(async folder => {
    const jitless = { node: [process.execPath, '--jitless'] }
    const start = await inTurns(ROUNDS, {
      plain: () => startTime(folder.agent(HOST, CONSOLE), RUNNING),
      jitless: () => startTime(folder.agent(HOST, { ...CONSOLE, ...jitless }), RUNNING),
    })
    const busy = await inTurns(ROUNDS, {
      plain: () => cpuTime(folder.agent(beatOf('busy'))),
      jitless: () => cpuTime(folder.agent(beatOf('busy'), jitless)),
    })
    printTable(`node --jitless, ${ROUNDS} of each in turns`, [
      ...compared('ms', [
        ['agent running', start.plain],
        ['agent running, --jitless', start.jitless],
      ]),
      ...compared('ms', [
        ['processor time of a busy agent', busy.plain],
        ['processor time of a busy agent, --jitless', busy.jitless],
      ]),
    ])
  })
}
