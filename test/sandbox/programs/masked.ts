// `masked.js FOLDER ABI PORT`: enters the domain of a lower ABI than the kernel has, with FOLDER/a and FOLDER/b
// written; reports what is refused.
import { linkSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { createConnection } from 'node:net'
import { getSystemErrorName } from 'node:util'
import { domainOf } from '../../../lib/sandbox/domain.ts'
import { createRuleset, nativeSandbox } from '../../../lib/sandbox/ruleset.ts'
import { numberOf } from '../../answering.ts'
import { codeOf } from '../../code-of.ts'
import { probe } from '../../probe.ts'
import { reachOver } from '../reaches.ts'

const [folder = '', abi = '', port = ''] = process.argv.slice(2)
const native = nativeSandbox()
if ('problem' in native) throw new Error(native.problem)
const reach = reachOver(`${folder}/a`, `${folder}/b`)
const domain = domainOf(reach, { abi: Number(abi), sparesOwnSignals: true })
const { descriptor, notes } = createRuleset(native.sandbox, domain)
const { answers, silent } = native.sandbox.confine(descriptor, undefined, false, 3000)
const failed = answers.filter(({ errno }) => errno !== 0).length + silent.length

const connected = await new Promise<string>(resolve => {
  const socket = createConnection(Number(port), '127.0.0.1')
  socket.on('connect', () => resolve('done')).on('error', error => resolve(codeOf(error)))
})
// Of Node's own functions, each opens the file for writing first.
const truncate = await numberOf('truncate')
const truncated = probe.syscall(truncate, Buffer.from(`${folder}/outside.txt\0`), 0)
const report = {
  notes,
  failed,
  threads: answers.length,
  writeInside: tried(() => writeFileSync(`${folder}/a/file`, 'inside')),
  writeOutside: tried(() => writeFileSync(`${folder}/file`, 'outside')),
  renameWithin: tried(() => renameSync(`${folder}/a/file`, `${folder}/a/other`)),
  renameAcross: tried(() => renameSync(`${folder}/a/other`, `${folder}/b/other`)),
  link: tried(() => linkSync(`${folder}/outside.txt`, `${folder}/a/stolen`)),
  truncateOutside: truncated.errno === 0 ? 'done' : getSystemErrorName(-truncated.errno),
  device: tried(() => openSync('/dev/null', 'r+')),
  connected,
}
writeSync(1, JSON.stringify(report))
process.exit(0)

function tried(act: () => unknown): string {
  try {
    act()
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}
