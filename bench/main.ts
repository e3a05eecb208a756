// `make bench`: measures the cost of the filter and of the agent, as ratios within this run. With names of
// tables, measures only those: `node dist/bench/main.js pipeline`.
import { benchBusy, benchMemory, benchStart } from './agent.ts'
import { benchConfine } from './confine.ts'
import { benchDisk } from './disk.ts'
import { benchCalls, benchPrograms, benchStage } from './engine.ts'
import { benchHost } from './host.ts'
import { benchInstalled } from './installed.ts'
import { benchJitless } from './jitless.ts'
import { benchLibseccomp } from './libseccomp.ts'
import { benchOutputs } from './outputs.ts'
import { benchPipeline } from './pipeline.ts'
import { benchProcessors } from './processors.ts'

const TABLES = new Map([
  ['programs', benchPrograms],
  ['libseccomp', benchLibseccomp],
  ['stage', benchStage],
  ['calls', benchCalls],
  ['start', benchStart],
  ['confine', benchConfine],
  ['memory', benchMemory],
  ['busy', benchBusy],
  ['jitless', benchJitless],
  ['pipeline', benchPipeline],
  ['disk', benchDisk],
  ['outputs', benchOutputs],
  ['processors', benchProcessors],
  ['host', benchHost],
  ['installed', benchInstalled],
])

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !TABLES.has(name))
if (unknown.length > 0) {
  console.error(`There is no table ${unknown.join(', ')}, but: ${[...TABLES.keys()].join(', ')}`)
  process.exit(64)
}
console.log(`# sealbeat on Node ${process.version}, ${process.platform} ${process.arch}`)
for (const [name, bench] of TABLES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  try {
    await bench()
  } catch (error) {
    console.error(`\n${name}: ${(error as Error).message}`)
    process.exitCode = 1
  }
}
