// A broad workload of what agents use Node for: `node main.js [PHASE…]`, all phases by default. Prints
// each phase, then `N passed, N failed`. The default policies are recorded and tested with it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compression } from './compression.ts'
import { cryptography } from './cryptography.ts'
import { datagrams } from './datagrams.ts'
import { directories } from './directories.ts'
import { ENDINGS, end } from './endings.ts'
import { engine } from './engine.ts'
import { files } from './files.ts'
import { modules } from './modules.ts'
import { names } from './names.ts'
import { network } from './network.ts'
import { mark, type Phase } from './phase.ts'
import { signals } from './signals.ts'
import { steady } from './steady.ts'
import { streams } from './streams.ts'
import { system } from './system.ts'
import { threads } from './threads.ts'
import { timers } from './timers.ts'
import { web } from './web.ts'

const ALL: readonly Phase[] = [
  timers,
  files,
  directories,
  streams,
  compression,
  cryptography,
  threads,
  names,
  network,
  datagrams,
  web,
  system,
  modules,
  engine,
  signals,
]

async function runPhases(phases: readonly Phase[]): Promise<number> {
  let failed = 0
  for (const phase of phases) {
    mark(phase.name)
    const folder = mkdtempSync(join(tmpdir(), 'sealbeat-workload-'))
    try {
      await within(60_000, phase.run(folder))
      console.log(`ok ${phase.name}`)
    } catch (error) {
      failed++
      console.log(`not ok ${phase.name}`, error)
    }
    rmSync(folder, { recursive: true, force: true })
  }
  mark('close')
  console.log(`${phases.length - failed} passed, ${failed} failed`)
  return failed
}

/** A denied call may leave a promise pending forever, with nothing to keep the process alive. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('takes too long')), milliseconds)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const wanted = process.argv.slice(2)
const ending = ENDINGS.find(name => name === wanted[0])
if (ending) {
  mark(ending)
  end(ending)
} else {
  const known = [...ALL, steady]
  const phases = wanted.length > 0 ? known.filter(({ name }) => wanted.includes(name)) : ALL
  process.exitCode = (await runPhases(phases)) > 0 ? 1 : 0
}
