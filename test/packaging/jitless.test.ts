import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { needsLinux, skip } from '../live.ts'
import { AgentFolder, NAME } from './agent-folder.ts'
import { run } from './programs.ts'
import { Unpacked } from './unpacked.ts'

const PR_SET_MDWE = 65
const PR_MDWE_REFUSE_EXEC_GAIN = 1

/** Makes the kernel refuse memory that is writable and executable, or becomes executable, from now on. */
const REFUSING = `import ctypes, os, sys
if ctypes.CDLL(None).prctl(${PR_SET_MDWE}, ${PR_MDWE_REFUSE_EXEC_GAIN}, 0, 0, 0): sys.exit(99)
os.execvp(sys.argv[1], sys.argv[1:])
`

describe('an agent that is packed with --jitless', function () {
  this.timeout(60_000)
  let unpacked: Unpacked

  before(function () {
    needsLinux.call(this)
    const agent = new AgentFolder()
    try {
      const [made = ''] = agent.package(['--format', 'tar', '--runtime', 'system', '--jitless'])
      unpacked = new Unpacked(made)
    } finally {
      agent.remove()
    }
  })
  after(() => unpacked?.remove())

  it('is started so', () => {
    expect(readFileSync(unpacked.path(NAME), 'utf8')).to.match(/^exec "node" --jitless "/m)
  })

  it('runs sealed, and has no memory that is writable and executable', async function () {
    const { code, seccomp, events, maps } = await unpacked.run()
    expect(code).to.equal(0)
    expect(new Set(seccomp)).to.deep.equal(new Set(['2']))
    expect(events.map(({ message }) => message)).to.include('well')
    if (!maps) return skip(this, 'only root may look at the memory of an undumpable agent')
    expect(maps.filter(line => /^\S+ .wx/.test(line))).to.deep.equal([])
  })

  it('runs where the kernel refuses such memory, as under MemoryDenyWriteExecute=yes', async function () {
    try {
      run('python3', ['-c', REFUSING, 'true'])
    } catch {
      skip(this, 'no python3, or Linux before 6.3')
    }
    const { code, log, events } = await unpacked.run(['python3', '-c', REFUSING])
    expect(code, log.join('\n')).to.equal(0)
    expect(log).to.include('Syscall filter successfully installed')
    expect(events.map(({ message }) => message)).to.include('well')
  })
})
