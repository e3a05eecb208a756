import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RotatingFile, SYNC_MODES, type SyncMode } from '../../../lib/outputs/file/rotating-file.ts'
import { installProgram } from '../../../lib/seccomp/kernel/kernel.ts'
import { answering, numberOf } from '../../answering.ts'
import { codeOf } from '../../code-of.ts'

// For sync.test.ts: appends to a file in each sync mode while the kernel refuses fdatasync, and reports the
// answers. It is the nearest thing to a disk that fails which needs no disk.
const [folder = ''] = process.argv.slice(2)
installProgram(answering([await numberOf('fdatasync')], { action: 'errno' }), { log: false })
const reports = await Promise.all(SYNC_MODES.map(async sync => [sync, await report(sync)]))
writeSync(1, JSON.stringify(Object.fromEntries(reports)))

async function report(sync: SyncMode) {
  const path = join(folder, sync)
  const file = await RotatingFile.open({ path, maxBytes: 22, backups: 2, mode: 0o600, sync })
  const append = async (text: string) => {
    const { written, error } = await file.append([Buffer.from(text)])
    return error === undefined ? written : [written, codeOf(error)]
  }
  const first = await append('one\n')
  const rotated = await append('two\nthree\nfour five six\n')
  await pause(1_100)
  const later = await append('six\n')
  const last = await append('x\n')
  await pause(1_100)
  const again = await append('y\n')
  const closed = await file.close().then(() => 'closed', codeOf)
  return { first, rotated, later, last, again, closed }
}
