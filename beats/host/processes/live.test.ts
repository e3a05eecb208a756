import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const PROGRAM = fileURLToPath(new URL('../testing/stepped.js', import.meta.url))

interface Sample {
  readonly said: string
  readonly events: readonly {
    readonly process: Process
    readonly system: { readonly process: OwnFields }
  }[]
}
interface Process {
  readonly pid: number
  readonly name: string
  readonly pgid: number
  readonly parent: { readonly pid: number }
  readonly command_line: string
  readonly cpu: { readonly pct?: number; readonly start_time: string }
}
interface OwnFields {
  readonly num_threads: number
  readonly cpu: {
    readonly total: { readonly pct?: number; readonly norm?: { readonly pct: number } }
  }
  readonly memory: { readonly size: number; readonly rss: { readonly bytes: number } }
}

describe('host: processes on this host', () => {
  before(function () {
    if (process.platform === 'linux' && spawnSync('ps', ['-p', '1']).status === 0) return
    console.log('    skipped: takes /proc and ps(1)')
    this.skip()
  })

  it('agree with ps, and a busy one is among the top', () => {
    const started = Date.now()
    const busy = spawn(process.execPath, [
      '-e',
      'const kept = Buffer.alloc(9e7, 1); for (;;) kept[0]++',
    ])
    try {
      const ps = `ps -o ppid=,pgid=,vsz=,rss=,nlwp=,comm= -p ${busy.pid}`
      // Node has started once it has all of its threads and memory.
      const size = `ps -o vsz=,nlwp= -p ${busy.pid}`
      const settled = `until a=$(${size}); sleep 0.3; [ "$a" = "$(${size})" ]; do :; done`
      const args = [PROGRAM, 'process', settled, `sleep 1; ${settled}; ${ps}`]
      const { stdout, stderr } = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        timeout: 60_000,
      })
      expect(stderr).to.equal('')
      const [first, second]: readonly Sample[] = JSON.parse(stdout)
      const ours = (sample?: Sample) => sample?.events.find(each => each.process.pid === busy.pid)
      expect(ours(first)?.process.cpu.pct ?? 'none').to.equal('none')
      const [ppid, pgid, vsz, rss, threads, comm] = second?.said.trim().split(/\s+/) ?? []
      const { process: found, system } = ours(second) ?? expect.fail('it is not among them')
      expect([found.parent.pid, found.pgid, found.name]).to.deep.equal([
        ...[Number(ppid), Number(pgid), comm],
      ])
      const { memory, num_threads, cpu } = system.process
      expect([memory.size / 1024, num_threads]).to.deep.equal([Number(vsz), Number(threads)])
      expect(memory.rss.bytes / 1024).to.be.closeTo(Number(rss), 4096)
      expect(found.command_line).to.match(/ -e const kept = Buffer/)
      // It has one core, or what others leave of it.
      expect(cpu.total.pct).to.be.within(0.05, 1.2)
      expect(found.cpu.pct).to.equal(cpu.total.norm?.pct)
      expect(Date.parse(found.cpu.start_time)).to.be.closeTo(started, 5000)
    } finally {
      busy.kill('SIGKILL')
    }
  })
})
