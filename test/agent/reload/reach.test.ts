import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { temporaryFolder } from '../temporary.ts'
import { PLAIN, plansIn } from './plans.ts'

describe('agent: a reload that reaches further', () => {
  const folder = temporaryFolder()
  const { refusals } = plansIn(folder)
  const OUTPUT = 'output.console: {}'

  describe('is refused', () => {
    it('a beat that reaches further than the threads are confined to', async () => {
      const reaching = (privilege: string) =>
        PLAIN.replace('schema:', `privileges: () => [{ ${privilege}, why: 'works' }], schema:`)
      const both = 'beats: [{ type: ./plain.mjs }, { type: ./NAME.mjs }]'
      const of = (name: string, privilege: string) => {
        writeFileSync(join(folder.path, `${name}.mjs`), reaching(privilege))
        return both.replace('NAME', name)
      }
      const plain = 'beats: [{ type: ./plain.mjs }]'
      const ROWS = [
        ["writes: '/srv/a'", 'writes /srv/a'],
        ["executes: '/usr/bin/df'", 'executes /usr/bin/df'],
        ['connects: 443', 'connects 443'],
        ["connects: 'any'", 'connects any'],
        ["network: 'ip'", 'network ip'],
        ['listens: 8080', 'listens 8080'],
        ["unix: '/run/x.sock'", 'unix /run/x.sock'],
        ["addressFamily: 'AF_NETLINK'", 'addressFamily AF_NETLINK'],
        ["proc: 'inside'", 'proc inside'],
        ["capability: 'CAP_KILL'", 'capability CAP_KILL'],
      ] as const
      for (const [at, [privilege, need]] of ROWS.entries()) {
        const wanted = of(`reaching${at}`, privilege)
        const message = `beat reaching${at} needs ${need}, which the running agent is confined from`
        expect(await refusals([plain, OUTPUT], [wanted, OUTPUT])).to.deep.equal([
          `1:32: beats.1: ${message}`,
        ])
        expect(await refusals([wanted, OUTPUT], [plain, OUTPUT])).to.deep.equal([])
        expect(await refusals([wanted, OUTPUT], [wanted, OUTPUT])).to.deep.equal([])
        const off = `${OUTPUT}\nlandlock.enabled: false\ncapabilities: keep\nseccomp.enabled: false`
        expect(await refusals([plain, off], [wanted, off])).to.deep.equal([])
      }
      const below = of('below', "writes: '/srv/a/b'")
      expect(
        await refusals([of('above', "writes: '/srv/a'"), OUTPUT], [below, OUTPUT]),
      ).to.deep.equal([])
    })

    it('a beat that takes a socket that the filter was not installed with, also without Landlock', async () => {
      const reaching = (name: string, privilege: string) => {
        const source = PLAIN.replace(
          'schema:',
          `privileges: () => [{ ${privilege}, why: 'works' }], schema:`,
        )
        writeFileSync(join(folder.path, `${name}.mjs`), source)
        return `beats: [{ type: ./plain.mjs }, { type: ./${name}.mjs }]`
      }
      const off = `${OUTPUT}\nlandlock.enabled: false`
      const plain = 'beats: [{ type: ./plain.mjs }]'
      const here = reaching('here', 'connects: 80')
      const there = reaching('there', 'connects: 443')
      const server = reaching('server', 'listens: 80')
      expect(await refusals([plain, off], [here, off])).to.deep.equal([
        '1:32: beats.1: beat here needs connects 80, which the running agent is confined from',
      ])
      expect(await refusals([here, off], [there, off])).to.deep.equal([])
      expect(await refusals([here, off], [plain, off])).to.deep.equal([])
      expect(await refusals([here, off], [server, off])).to.have.lengthOf(1)
      const open = `${off}\nseccomp: { default_action: errno, syscalls: [{ action: allow, names: [socket, connect, bind] }] }`
      expect(await refusals([plain, open], [here, open])).to.deep.equal([])
    })

    it('a beat that opens with a capability, which has been dropped', async () => {
      const source =
        "privileges: () => [{ capability: 'CAP_KILL', during: 'open', why: 'works' }], schema:"
      writeFileSync(join(folder.path, 'opening.mjs'), PLAIN.replace('schema:', source))
      const plain = 'beats: [{ type: ./plain.mjs }]'
      const opening = 'beats: [{ type: ./plain.mjs }, { type: ./opening.mjs }]'
      expect(await refusals([plain, OUTPUT], [opening, OUTPUT])).to.deep.equal([
        '1:32: beats.1: beat opening opens with CAP_KILL, which the running agent has dropped',
      ])
      expect(await refusals([opening, OUTPUT], [opening, OUTPUT])).to.deep.equal([])
      const keep = `${OUTPUT}\ncapabilities: keep`
      expect(await refusals([plain, keep], [opening, keep])).to.deep.equal([])
    })
  })
})
