// `make live-nodes`: runs the agent at work where no native library may come late, on every Node that it is tested
// with. LIVE_SECONDS sets for how long (60), LIVE_NODES on which majors (`22,24`).
import { expect } from 'chai'
import { NODE_MAJORS, nodeBinary } from '../nodes.ts'
import { IS_ROOT, type Life, live } from './watch.ts'

const SECONDS = Number(process.env['LIVE_SECONDS'] ?? 60)
const MAJORS = NODE_MAJORS.filter(major =>
  (process.env['LIVE_NODES'] ?? String(NODE_MAJORS)).split(',').includes(String(major)),
)

/** From a heap of 2 GB on, V8 would map its builtins from Node's file again for each thread. */
const SPECIAL = {
  'seccomp.late_libraries: refuse': {
    options: '--max-old-space-size=2048',
    settings: 'seccomp.late_libraries: refuse',
  },
  '--jitless': { options: '--jitless' },
} as const

/** Of Node 20 and 22 about `--jitless`. */
const NO_ASSEMBLY = 'Warning: disabling flag --expose_wasm due to conflicting flags'
/** Of a machine that is busy with all of them at once, and more so where nothing is compiled. */
const SLOW = /^Measuring took longer than the period|does not answer statfs$|^Audit records lost/

for (const [title, special] of Object.entries(SPECIAL)) {
  describe(`the agent with ${title}, at work for ${SECONDS} s`, function () {
    this.timeout(0)
    const lives = new Map<number, Promise<Life>>()
    before('all of them at once', () => {
      for (const major of MAJORS) {
        const node = nodeBinary(major)
        if (!node) throw new Error(`no Node ${major}: make nodes`)
        const life = live(node, SECONDS, special)
        // A test will report it.
        life.catch(() => undefined)
        lives.set(major, life)
      }
    })

    for (const major of MAJORS) {
      it(`on Node ${major}: does all its work, complains of nothing, and stops when it is told to`, async () => {
        const { result, events } = (await lives.get(major)) ?? expect.fail('it was not started')
        expect(result).to.include({ code: 0, signal: null })
        expect(result.log.at(-1)?.message).to.equal('Stopped')
        const complaints = result.log
          .filter(line => !['debug', 'info'].includes(String(line['log.level'])))
          .filter(({ message }) => !SLOW.test(message))
        expect(complaints).to.deep.equal([])
        const strange = result.stderr.split('\n').filter(line => !/^(\{|$)/.test(line))
        expect(strange.filter(line => line !== NO_ASSEMBLY)).to.deep.equal([])
        const phases = new Set(events.flatMap(({ phase }) => phase ?? []))
        expect([...phases]).to.include.members([
          ...['files', 'compression', 'cryptography', 'threads', 'names'],
          ...['network', 'web', 'encrypted', 'runtime'],
        ])
        expect(events.map(({ event }) => event.module)).to.include('host')
      })

      it(`on Node ${major}: has no library but those that it had at the start`, async () => {
        const { libraries } = (await lives.get(major)) ?? expect.fail('it was not started')
        expect(libraries.late).to.deep.equal([])
        if (IS_ROOT) expect(libraries.early.join()).to.contain('libc.so')
      })
    }
  })
}
