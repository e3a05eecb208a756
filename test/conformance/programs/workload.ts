// Under the default policy, the usual work of agents succeeds, and calls that no agent needs are denied.
// `workload.js trap`: the first denied call ends the process, and its name is printed.
import { execFile, spawnSync } from 'node:child_process'
import { createHash, pbkdf2, randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { copyFile, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { gunzip, gzip } from 'node:zlib'
import { restartWithoutIoUring } from '../../../lib/seccomp/kernel/restart.ts'
import { enterSandbox, planSandbox } from '../../../lib/seccomp/kernel/stage.ts'
import { parseSeccompSection } from '../../../lib/seccomp/policy/section.ts'
import { codeOf } from '../../code-of.ts'

restartWithoutIoUring()
const report = (_: unknown, message: string) => {
  throw new Error(message)
}
const section = process.argv[2] === 'trap' ? { default_action: 'trap' } : undefined
const config = parseSeccompSection(section, report, () => 'conformance')
const outcome = enterSandbox(await planSandbox(config, { needs: [] }))
const works = { files, timers, http, crypto, zlib, worker }
const done = await Promise.all(
  Object.entries(works).map(async ([name, work]) => [name, await work().catch(codeOf)] as const),
)
const refused = {
  spawnSync: spawnSync(process.execPath, ['-v']).error?.message.replace(/.* /, ''),
  execFile: await started().then(() => 'done', codeOf),
}
const { state } = outcome
const why = outcome.state === 'failed' ? outcome.reason : undefined
writeSync(1, JSON.stringify({ state, why, done: Object.fromEntries(done), refused }))
process.exit(0)

/** Async, so that errors that Node throws at once reject as well as later ones. */
async function started(): Promise<void> {
  await promisify(execFile)(process.execPath, ['-v'])
}

async function files(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const [one, two, three] = ['one', 'two', 'three'].map(name => join(folder, name))
  if (!one || !two || !three) return 'no names'
  const file = await open(one, 'wx', 0o600)
  await file.writeFile('some text')
  await file.sync()
  await file.close()
  await copyFile(one, two)
  await rename(two, three)
  const { size } = await stat(three)
  const names = await readdir(folder)
  await rm(folder, { recursive: true })
  return `${size} ${names.sort().join()}`
}

async function timers(): Promise<string> {
  await Promise.all([sleep(10), new Promise(resolve => setImmediate(resolve))])
  return (await readFile('/proc/self/comm', 'utf8')).length > 0 ? 'done' : 'empty'
}

async function http(): Promise<string> {
  const server = createServer((_, response) => response.end('hello'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') return 'no port'
  const text = await (await fetch(`http://127.0.0.1:${address.port}`)).text()
  server.close()
  server.closeAllConnections()
  return text
}

async function crypto(): Promise<string> {
  const key = await promisify(pbkdf2)('word', randomBytes(8), 10, 16, 'sha256')
  return `${key.length} ${createHash('sha256').update('abc').digest('hex').slice(0, 8)}`
}

async function zlib(): Promise<string> {
  const packed = await promisify(gzip)('text '.repeat(1000))
  return String((await promisify(gunzip)(packed)).length)
}

function worker(): Promise<string> {
  const code = 'require("worker_threads").parentPort.postMessage(6 * 7)'
  const thread = new Worker(code, { eval: true })
  return new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('message', value => resolve(String(value)))
  })
}
