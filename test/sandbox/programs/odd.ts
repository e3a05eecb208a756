// `odd.js FOLDER domain|user`: confines a process of which one thread is in a domain of its own, which is wider, or
// has become another user: neither may write what every other thread may write in /proc.
import { chmodSync, writeSync } from 'node:fs'
import { confine } from '../../../lib/sandbox/confine.ts'
import { domainOf } from '../../../lib/sandbox/domain.ts'
import { createRuleset, nativeSandbox } from '../../../lib/sandbox/ruleset.ts'
import { numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'
import { reachOver } from '../reaches.ts'

const [PR_SET_NO_NEW_PRIVS, NOBODY] = [38, 65534]
const [folder = '', how = ''] = process.argv.slice(2)
const [openat, prctl] = [await numberOf('openat'), await numberOf('prctl')]
const raw = new probe.Thread()
const tryRaw = (file: string) => raw.call(openat, -100, Buffer.from(`${file}\0`), 1, 0)?.errno

if (how === 'domain') {
  const native = nativeSandbox()
  if ('problem' in native) throw new Error(native.problem)
  const wider = domainOf(reachOver(folder), { abi: 1, sparesOwnSignals: true })
  const { descriptor } = createRuleset(native.sandbox, wider)
  raw.call(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
  raw.call(await numberOf('landlock_restrict_self'), descriptor, 0)
} else {
  for (const path of [folder, `${folder}/inside`]) chmodSync(path, 0o777)
  chmodSync(`${folder}/outside.txt`, 0o666)
  raw.call(await numberOf('setresuid'), NOBODY, NOBODY, NOBODY)
}
const before = { comm: tryRaw('/proc/self/comm'), outside: tryRaw(`${folder}/outside.txt`) }
const confined = confine({
  reach: reachOver(`${folder}/inside`),
  landlock: { enabled: true },
  capabilities: 'drop',
})
writeSync(1, JSON.stringify({ before, confined, outside: tryRaw(`${folder}/outside.txt`) }))
process.exit(0)
