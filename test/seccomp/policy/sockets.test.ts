import { expect } from 'chai'
import {
  ARCHITECTURES,
  type ArchitectureName,
  loadArchitecture,
  recordOf,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../../../lib/seccomp/architectures/defaults/weights.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { explain } from '../../../lib/seccomp/explain/explain.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import { RETURNS } from '../../../lib/seccomp/policy/policy.ts'
import { refusedSockets, type Sockets } from '../../../lib/seccomp/policy/sockets.ts'
import { section } from './policies.ts'

const NOTHING: Sockets = { families: {}, connect: undefined, bind: undefined, listen: undefined }
const WEB: Sockets = {
  families: {
    AF_INET: 'beat web: sends',
    AF_INET6: 'beat web: sends',
    AF_NETLINK: 'beat web: sends',
  },
  connect: 'beat web: sends',
  bind: 'beat web: sends',
  listen: undefined,
}

async function policyOf(
  sockets: Sockets | undefined,
  config: unknown = {},
  name: ArchitectureName = 'amd64',
) {
  const declared = { needs: [], ...(sockets && { sockets }) }
  const policy = await loadPolicy(name, section(config), declared, 4321)
  if (!policy) throw new Error(`${name} has no policy`)
  return policy
}

describe('the filter, by what is declared about sockets', () => {
  /** What the program answers, and the origin of that. */
  async function ask(
    sockets: Sockets | undefined,
    call: string,
    args: readonly number[],
    { config, on = 'amd64' }: { readonly config?: unknown; readonly on?: ArchitectureName } = {},
  ): Promise<string> {
    const policy = await policyOf(sockets, config, on)
    const { audit, endian, table } = policy.architecture
    const number = table.numbers[call]
    if (number === undefined) throw new Error(`${on} has no ${call}`)
    const words = args.map(BigInt)
    const program = compile(policy, WEIGHTS)
    const { value } = simulate(program, { audit, number, args: words }, endian)
    const { rules, otherwise } = explain(policy, program, { name: call, number }, words)
    return `${value === RETURNS.allow ? 'yes' : 'no'}: ${rules[0]?.origin ?? otherwise?.origin}`
  }
  const TCP = [2, 1, 0]
  const UNIX = [1, 1, 0]
  const ROUTE = [16, 3, 0]

  it('refuses every socket and what is done with it where nobody declares any', async () => {
    for (const args of [TCP, [10, 2, 17], UNIX, ROUTE]) {
      expect(await ask(NOTHING, 'socket', args)).to.equal('no: nobody declares such a socket')
    }
    expect(await ask(NOTHING, 'connect', [])).to.equal('no: nobody declares a connection')
    expect(await ask(NOTHING, 'bind', [])).to.equal('no: nobody declares a socket')
    expect(await ask(NOTHING, 'listen', [])).to.equal('no: nobody declares a listener')
    const policy = await policyOf(NOTHING)
    expect([...refusedSockets(policy)]).to.deep.equal(['connects', 'listens', 'unix', 'netlink'])
  })

  it('allows the families and calls that somebody declares, with who does as the origin', async () => {
    expect(await ask(WEB, 'socket', TCP)).to.equal('yes: beat web: sends')
    expect(await ask(WEB, 'socket', [2, 0x80801, 6])).to.equal('yes: beat web: sends')
    expect(await ask(WEB, 'connect', [])).to.equal('yes: beat web: sends')
    expect(await ask(WEB, 'bind', [])).to.equal('yes: beat web: sends')
    expect(await ask(WEB, 'listen', [])).to.equal('no: nobody declares a listener')
    expect(await ask(WEB, 'socket', UNIX)).to.equal('no: nobody declares such a socket')
    // What the default policy refuses of a family stays refused: raw sockets, other protocols.
    for (const args of [
      [2, 3, 0],
      [2, 1, 132],
      [17, 3, 0],
    ]) {
      expect(await ask(WEB, 'socket', args)).to.match(/^no/)
    }
    expect([...refusedSockets(await policyOf(WEB))]).to.deep.equal(['listens', 'unix'])
  })

  it('is the default policy where nothing is known', async () => {
    expect(await ask(undefined, 'socket', UNIX)).to.equal('yes: default amd64')
    expect(await ask(undefined, 'listen', [])).to.equal('yes: default amd64')
    expect(refusedSockets(await policyOf(undefined)).size).to.equal(0)
  })

  it('stands below what a plugin and the user say of a call', async () => {
    const policy = await loadPolicy(
      'amd64',
      section({ default_action: 'errno', syscalls: [{ action: 'allow', names: ['listen'] }] }),
      { needs: [{ who: 'beat raw', why: 'sniffs', names: ['socket'] }], sockets: NOTHING },
    )
    const origin = (name: string) => policy?.decisions.find(each => each.name === name)?.origin
    expect(origin('socket')).to.equal('beat raw: sniffs')
    expect(origin('listen')).to.equal('test')
    expect(origin('connect')).to.equal('nobody declares a connection')
  })

  it('answers as the default action does for a call without a rule', async () => {
    const policy = await policyOf(NOTHING, { default_action: 'kill_process' })
    const socket = policy.decisions.find(({ name }) => name === 'socket')
    expect(socket?.otherwise).to.deep.equal({ action: 'kill_process' })
  })

  it('leaves a blacklist and a policy of one’s own alone', async () => {
    const blacklist = {
      default_action: 'allow',
      syscalls: [{ action: 'errno', names: ['ptrace'] }],
    }
    const own = {
      mode: 'replace',
      default_action: 'errno',
      syscalls: [{ action: 'allow', names: ['socket'] }],
    }
    for (const config of [blacklist, own, { ...blacklist, default_action: 'log' }]) {
      expect(await policyOf(NOTHING, config)).to.deep.equal(await policyOf(undefined, config))
    }
  })

  it('refuses the same through socketcall, where there is one', async () => {
    const by = (sockets: Sockets, number: number) =>
      ask(sockets, 'socketcall', [number], { on: '386' })
    for (const number of [1, 2, 3, 4])
      expect(await by(NOTHING, number), `${number}`).to.match(/^no/)
    for (const number of [1, 2, 3]) expect(await by(WEB, number), `${number}`).to.match(/^yes/)
    expect(await by(WEB, 4)).to.equal('no: nobody declares a listener')
    // sendto and the like work on sockets that there are.
    expect(await by(NOTHING, 11)).to.match(/^yes/)
  })

  it('holds on every architecture with a default policy', async () => {
    for (const on of ARCHITECTURES.filter(name => recordOf(name).policy)) {
      const { table } = await loadArchitecture(on)
      expect(Object.keys(table.numbers), on).to.include('socket')
      expect(await ask(NOTHING, 'socket', TCP, { on }), on).to.match(/^no: nobody/)
      expect(await ask(WEB, 'socket', TCP, { on }), on).to.equal('yes: beat web: sends')
      expect(await ask(WEB, 'listen', [], { on }), on).to.equal('no: nobody declares a listener')
    }
  })
})

describe('the default policy, of what a filter can see and Landlock can’t', () => {
  async function lets(call: string, args: readonly number[], on: ArchitectureName = 'amd64') {
    const policy = await policyOf(undefined, {}, on)
    const { audit, endian, table } = policy.architecture
    const number = table.numbers[call]
    if (number === undefined) throw new Error(`${on} has no ${call}`)
    const asked = { audit, number, args: args.map(each => BigInt.asUintN(64, BigInt(each))) }
    return simulate(compile(policy, WEIGHTS), asked, endian).value === RETURNS.allow
  }
  const FASTOPEN = 0x20000000
  const [CREATE, TMPFILE] = [0o100, 0o20200000]
  const ROWS: readonly (readonly [call: string, args: readonly number[], allowed: boolean])[] = [
    ['chmod', [0, 0o755], true],
    ['chmod', [0, 0o4755], false],
    ['chmod', [0, 0o2755], false],
    ['chmod', [0, 0o1777], true],
    // The kernel looks at 16 bits of a mode.
    ['chmod', [0, 0x10000 | 0o4755], false],
    ['fchmod', [3, 0o4000], false],
    ['fchmod', [3, 0o600], true],
    ['fchmodat', [-100, 0, 0o2000], false],
    ['fchmodat', [-100, 0, 0o600], true],
    ['fchmodat2', [-100, 0, 0o600, 0], false],
    ['openat', [-100, 0, CREATE | 1, 0o644], true],
    ['openat', [-100, 0, CREATE | 1, 0o4755], false],
    ['openat', [-100, 0, TMPFILE | 1, 0o2755], false],
    // Without either flag, the argument is whatever the register holds.
    ['openat', [-100, 0, 0, 0o6666], true],
    ['open', [0, CREATE | 1, 0o644], true],
    ['open', [0, CREATE | 1, 0o4755], false],
    ['open', [0, 0, 0o6666], true],
    ['sendto', [3, 0, 0, 0x4000, 0, 0], true],
    ['sendto', [3, 0, 0, FASTOPEN, 0, 0], false],
    ['sendto', [3, 0, 0, FASTOPEN | 0x4000, 0, 0], false],
    ['sendmsg', [3, 0, 0x4000], true],
    ['sendmsg', [3, 0, FASTOPEN], false],
    ['sendmmsg', [3, 0, 1, 0], true],
    ['sendmmsg', [3, 0, 1, FASTOPEN], false],
    ['setpriority', [0, 0, 10], true],
    ['setpriority', [0, 0, 0], true],
    ['setpriority', [0, 0, -1], false],
    ['setpriority', [1, 0, 10], false],
  ]
  for (const [call, args, allowed] of ROWS) {
    it(`${allowed ? 'allows' : 'refuses'} ${call}(${args.join(', ')})`, async () => {
      expect(await lets(call, args)).to.equal(allowed)
    })
  }

  it('on every architecture, with what it calls them', async () => {
    for (const on of ARCHITECTURES.filter(name => recordOf(name).policy)) {
      const { table } = await loadArchitecture(on)
      const here = ROWS.filter(([call]) => Object.hasOwn(table.numbers, call))
      expect(here.length, on).to.be.at.least(20)
      for (const [call, args, allowed] of here) {
        expect(await lets(call, args, on), `${on} ${call}(${args.join(', ')})`).to.equal(allowed)
      }
    }
    expect(await lets('send', [3, 0, 0, FASTOPEN], 'arm')).to.equal(false)
    expect(await lets('send', [3, 0, 0, 0], 'arm')).to.equal(true)
  })
})
