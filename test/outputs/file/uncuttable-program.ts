import { rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { RotatingFile } from '../../../lib/outputs/file/rotating-file.ts'
import { installProgram } from '../../../lib/seccomp/kernel/kernel.ts'
import { answering, numbersOf } from '../../answering.ts'
import { codeOf } from '../../code-of.ts'
import { openBelow } from '../folder.ts'

// For rotating-file-errors.test.ts: fills a disk of 64 kB while the kernel refuses to cut files, makes room,
// appends a line, and reports the answers.
const [folder = ''] = process.argv.slice(2)
const cuts = await numbersOf('ftruncate', 'ftruncate64')
installProgram(answering(cuts, { action: 'errno' }), { log: false })

const ballast = join(folder, 'ballast')
writeFileSync(ballast, Buffer.alloc(16_384))
const path = join(folder, 'log')
const file = await RotatingFile.open({
  path,
  maxBytes: 1 << 20,
  backups: 2,
  mode: 0o600,
  sync: 'none',
})
const append = async (text: string) => {
  const { written, error } = await file.append([Buffer.from(text)])
  return error === undefined ? written : [written, codeOf(error)]
}
const full = await append(`${'.'.repeat(999)}\n`.repeat(100))
rmSync(ballast)
const later = await append('two\n')
writeSync(1, JSON.stringify({ full, later, open: openBelow(folder) }))
await file.close()
