import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { defineBeat, duration, text } from 'sealbeat'
import { codeOf } from '../../code-of.ts'
import { compression } from '../../workload/compression.ts'
import { cryptography } from '../../workload/cryptography.ts'
import { datagrams } from '../../workload/datagrams.ts'
import { directories } from '../../workload/directories.ts'
import { runtime } from '../../workload/engine.ts'
import { files } from '../../workload/files.ts'
import { names } from '../../workload/names.ts'
import { network } from '../../workload/network.ts'
import { steady } from '../../workload/steady.ts'
import { threads } from '../../workload/threads.ts'
import { timers } from '../../workload/timers.ts'
import { web } from '../../workload/web.ts'
import { encrypted } from '../encrypted.ts'

const PHASES = [
  ...[timers, files, directories, compression, cryptography, threads],
  ...[names, network, datagrams, web, steady, runtime],
]

/** The log message after a round through all phases. */
export const ROUND_DONE = 'Every part is done'

/** Repeats everything that agents do; each finished part is an event. */
export default defineBeat({
  name: 'busy',
  schema: {
    key: { doc: 'A private key in PEM.', format: text, default: '' },
    certificate: { doc: 'Its certificate, for localhost, in PEM.', format: text, default: '' },
    folder: { doc: 'Where its parts work.', format: text, default: tmpdir() },
    pause: { doc: 'Between two parts.', format: duration, default: 100 },
  },
  privileges: ({ folder }) => [
    { writes: folder, why: 'the files of its parts' },
    { unix: join(folder, 'socket'), why: 'a server in a folder there' },
    { network: 'ip', why: 'servers, clients and names' },
  ],
  async run({ settings, log, state, signal, publish }) {
    const phases = [...PHASES, encrypted(settings)]
    for (let round = 0; !signal.aborted; round++) {
      for (const { name, run } of phases) {
        if (signal.aborted) return
        const folder = mkdtempSync(join(settings.folder, 'part-'))
        await run(folder)
        rmSync(folder, { recursive: true })
        await state.set('phase', name)
        await publish({ round, phase: name, spawn: codeOf(spawnSync('true').error) })
        await setTimeout(settings.pause)
      }
      log.info({ round }, ROUND_DONE)
    }
  },
})
