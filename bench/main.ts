// `make bench`: measures the cost of the filter and of the agent, as ratios within this run.
import { benchBusy, benchMemory, benchStart } from './agent.ts'
import { benchCalls, benchPrograms, benchStage } from './engine.ts'
import { benchInstalled } from './installed.ts'
import { benchJitless } from './jitless.ts'
import { benchLibseccomp } from './libseccomp.ts'

console.log(`# sealbeat on Node ${process.version}, ${process.platform} ${process.arch}`)
await benchPrograms()
await benchLibseccomp()
benchStage()
benchCalls()
await benchStart()
await benchMemory()
await benchBusy()
await benchJitless()
await benchInstalled()
