import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { beatSource, Workplace } from '../../cli/workplace.ts'
import { needsLinux } from '../../live.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const MAIN = join(ROOT, 'dist/lib/cli/main.js')
const CONFIG = `
beats: [{ type: ./probe.js }]
output.console: {}
`
const BUSY = `while (!context.signal.aborted) {
    await context.publish({ message: 'at work' })
    await sleep(100, undefined, { signal: context.signal })
  }`

describe('seccomp record: the life of a recording', function () {
  this.timeout(60_000)
  let place: Workplace

  before(function () {
    needsLinux.call(this)
    place = new Workplace({ 'beat.yml': CONFIG, 'probe.js': beatSource(BUSY) })
  })
  after(() => place?.remove())

  it('ends with the code of the agent, and learns nothing from one that never ran', async () => {
    const { code, stderr, stdout } = await run('seccomp', 'record', '--', 'run', '-E', 'beats=[]')
    expect(code).to.equal(1)
    expect(stderr).to.contain('no beat is enabled')
    expect(stderr).to.contain('the agent ended with 78 before it ran')
    expect(stdout).to.equal('')
  })

  it('writes the policy, and nothing else, to standard output where no file is given', async () => {
    const { stdout } = await run('seccomp', 'record', '--for', '4s', '--', 'run')
    expect(stdout).to.match(/^# Recorded from: sealbeat run\n/)
    expect(stdout).not.to.contain('at work')
  })

  it('passes a signal on to the agent, once', async () => {
    const recorder = start('seccomp', 'record', '-o', 'signal.yml', '--', 'run')
    await seen(recorder, 'Beat started')
    recorder.kill('SIGINT')
    const [code] = await once(recorder, 'exit')
    expect(code).to.equal(0)
    expect(readFileSync(place.path('signal.yml'), 'utf8')).to.contain('mode: replace')
  })

  it('does not leave an agent behind that nobody answers', async () => {
    const recorder = start('seccomp', 'record', '-o', 'killed.yml', '--', 'run')
    const pid = Number(/"pid":(\d+)/.exec(await seen(recorder, 'Beat started'))?.[1])
    expect(isAlive(pid)).to.equal(true)
    recorder.kill('SIGKILL')
    await once(recorder, 'exit')
    const deadlineMs = Date.now() + 20_000
    while (isAlive(pid) && Date.now() < deadlineMs) await sleep(20)
    expect(isAlive(pid), `the agent ${pid} outlived its recorder by 20 s`).to.equal(false)
  })

  it('says so where a recording is going on already', async () => {
    const nested = `
      const child = spawn(process.execPath, [${JSON.stringify(MAIN)}, 'seccomp', 'record', '--', 'run', '-c', 'beat.yml'])
      let said = ''
      child.stderr.on('data', text => { said += text })
      await new Promise(resolve => child.on('close', resolve))
      await context.publish({ said })`
    place.write({
      'nested.js': beatSource(
        nested,
        "privileges: () => [{ executes: process.execPath, why: 'records' }],",
        "import { spawn } from 'node:child_process'",
      ),
    })
    const beats = 'beats=[{type: ./nested.js}]'
    const { stdout } = await run('seccomp', 'record', '-o', 'nested.yml', '--', 'run', '-E', beats)
    const { said } = eventsOf(stdout)[0] ?? {}
    expect(said).to.contain('a filter on this process already has a listener')
    expect(said, 'a stack').not.to.match(/^ +at /m)
  })

  function start(...args: readonly string[]) {
    return spawn(process.execPath, [MAIN, ...args], { cwd: place.folder })
  }

  async function run(...args: readonly string[]) {
    const child = start(...args)
    const closed = once(child, 'close')
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = await closed
    return { code, stdout, stderr }
  }
})

async function seen(child: ReturnType<typeof spawn>, word: string): Promise<string> {
  let said = ''
  for await (const chunk of child.stderr ?? []) {
    said += chunk
    if (said.includes(word)) break
  }
  child.stderr?.resume()
  return said
}

function eventsOf(stdout: string) {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

/** A process that has ended but that PID 1 has not reaped yet (a zombie) is not alive: proc(5). */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
