// `make live-nodes`: runs the agent under the default policy on every Node that it is tested with.
// LIVE_SECONDS sets for how long (60), LIVE_NODES on which majors (`22,24`).
import { expect } from 'chai'
import { skip } from '../live.ts'
import { NODE_MAJORS, nodeBinary } from '../nodes.ts'
import { IS_ROOT, type Life, live, NOBODY } from './watch.ts'

const SECONDS = Number(process.env['LIVE_SECONDS'] ?? 60)
const MAJORS = NODE_MAJORS.filter(major =>
  (process.env['LIVE_NODES'] ?? String(NODE_MAJORS)).split(',').includes(String(major)),
)

/** The busy beat also blocks in synchronous calls, so this warning is due to the machine, not the filter. */
const SLOW = /^Measuring took longer than the period/

describe(`the agent under the default policy, at work for ${SECONDS} s`, function () {
  this.timeout(0)
  const lives = new Map<number, Promise<Life>>()
  before('all of them at once', () => {
    for (const major of MAJORS) {
      const node = nodeBinary(major)
      if (!node) throw new Error(`no Node ${major}: make nodes`)
      const life = live(node, SECONDS)
      // A test will report it.
      life.catch(() => undefined)
      lives.set(major, life)
    }
  })

  for (const major of MAJORS) {
    describe(`Node ${major}`, () => {
      let life: Life
      before(async () => {
        life = (await lives.get(major)) ?? expect.fail('it was not started')
      })

      it('stops cleanly, with 0, when it is told to', () => {
        expect(life.result).to.include({ code: 0, signal: null })
        expect(life.result.log.at(-1)?.message).to.equal('Stopped')
      })

      it('has nothing to complain of', () => {
        const complaints = life.result.log
          .filter(line => !['debug', 'info'].includes(String(line['log.level'])))
          .filter(({ message }) => !SLOW.test(message))
        expect(complaints).to.deep.equal([])
        const strange = life.result.stderr.split('\n').filter(line => !/^(\{|$)/.test(line))
        expect(strange, 'not from the log').to.deep.equal([])
      })

      it("runs on this Node, and the filter is in before the first beat's start", () => {
        const { log } = life.result
        const [starting] = log
        expect(starting?.['node']).to.match(new RegExp(`^v${major}\\.`))
        const messages = log.map(({ message }) => message)
        const installed = messages.indexOf('Syscall filter successfully installed')
        expect(installed).to.be.within(1, messages.indexOf('Beat started'))
      })

      it('is sealed on every thread at every look', () => {
        expect(life.threads.length).to.be.greaterThan(SECONDS)
        const open = life.threads.filter(thread => thread.seccomp !== 2 || thread.noNewPrivs !== 1)
        expect(open).to.deep.equal([])
      })

      it('is in its domain, without capabilities, and nobody, on every thread at every look', () => {
        const messages = life.result.log.map(({ message }) => message)
        expect(messages).to.include.members(['Landlock domain entered', 'Capabilities dropped'])
        const uid = IS_ROOT ? NOBODY : process.getuid?.()
        const open = life.threads.filter(
          each => BigInt(`0x${each.permitted}`) > 0n || each.uid !== uid,
        )
        expect(open).to.deep.equal([])
      })

      it('is reloaded by a file that takes the place of the old one, and rotates its files', () => {
        const modules = life.result.log.filter(({ message }) => message === 'Beat started')
        expect(modules.map(({ beat }) => beat)).to.include('later')
        expect(life.files.filter(name => /^events/.test(name)).length).to.be.greaterThan(1)
        expect(life.files.filter(name => /ndjson$/.test(name)).length).to.be.greaterThan(1)
      })

      it('goes on hearing of audit records without the capability that opened them', function () {
        if (!IS_ROOT) return skip(this, 'the audit log needs root')
        const heard = life.events.filter(({ event }) => event.module === 'audit')
        expect(heard.length).to.be.greaterThan(1)
      })

      it('holds no io_uring at any look', function () {
        if (!IS_ROOT) return skip(this, 'an agent is undumpable, so only root sees its descriptors')
        expect([...life.descriptors].filter(target => /io_uring/.test(target))).to.deep.equal([])
        expect([...life.descriptors]).to.include('anon_inode:[eventpoll]')
      })

      it('does its work: host events, and every part of the busy beat', () => {
        const modules = life.events.map(({ event }) => event.module)
        expect(modules.filter(module => module === 'host').length).to.be.greaterThan(SECONDS)
        const phases = new Set(life.events.flatMap(({ phase }) => phase ?? []))
        expect([...phases]).to.include.members([
          ...['files', 'compression', 'cryptography', 'threads'],
          ...['names', 'network', 'web', 'encrypted', 'runtime'],
        ])
      })

      it('starts no program, whenever it tries', () => {
        const attempts = new Set(life.events.flatMap(({ spawn }) => spawn ?? []))
        expect([...attempts]).to.deep.equal(['EPERM'])
      })

      it('loses no event', () => {
        const stopped = life.result.log.at(-1)?.['events']
        expect(stopped).to.include({ published: life.events.length, acked: life.events.length })
      })
    })
  }
})
