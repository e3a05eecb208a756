import { exec, execFileSync, fork, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineBeat } from 'sealbeat'
import { codeOf } from '../../code-of.ts'
import { compression } from '../../workload/compression.ts'
import { cryptography } from '../../workload/cryptography.ts'
import { datagrams } from '../../workload/datagrams.ts'
import { directories } from '../../workload/directories.ts'
import { files } from '../../workload/files.ts'
import { modules } from '../../workload/modules.ts'
import { names } from '../../workload/names.ts'
import { network } from '../../workload/network.ts'
import { streams } from '../../workload/streams.ts'
import { system } from '../../workload/system.ts'
import { threads } from '../../workload/threads.ts'
import { timers } from '../../workload/timers.ts'
import { web } from '../../workload/web.ts'

const PHASES = [
  ...[timers, files, directories, streams, compression, cryptography, threads],
  ...[names, network, datagrams, web, system, modules],
]

/** Uses all that Node has, and tries to start programs in each way that it knows. */
export default defineBeat({
  name: 'worker',
  schema: {},
  async run({ publish }) {
    const worked = []
    for (const { name, run } of PHASES) {
      const folder = mkdtempSync(join(tmpdir(), 'sealbeat-spec-'))
      worked.push(`${name}: ${await run(folder).then(() => 'works', String)}`)
      rmSync(folder, { recursive: true })
    }
    await publish({ worked, started: started() })
  },
})

function started(): Readonly<Record<string, string>> {
  return {
    spawn: attempt(() => spawn('true')),
    spawnSync: codeOf(spawnSync('true').error),
    exec: attempt(() => exec('true')),
    execFileSync: attempt(() => execFileSync('true')),
    fork: attempt(() => fork('true')),
  }
}

/** Node throws at once for what it does not expect, EPERM among it, and emits the rest. */
function attempt(work: () => unknown): string {
  try {
    work()
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}
