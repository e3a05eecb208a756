import { expect } from 'chai'
import { needsOf, pluginsOf, titleOf, withBeats } from '../../lib/agent/plan.ts'
import { formatPrivilege, privilegesOf } from '../../lib/agent/plugins/declared.ts'
import { planOf } from '../packaging/unit/granted.ts'

const CONFIGURATION = `beats:
- { type: ./sealed.js }
- { type: ./listener.js, id: web, port: 443 }
output.file: { path: /srv/events }
path.data: /srv/data
logging.to_files: true
path.logs: /srv/logs
`

describe('plan.plugins', () => {
  it('has the agent itself, the beats and the output, each with its settings', async () => {
    const { plugins, config } = await planOf(CONFIGURATION)
    expect(plugins.map(titleOf)).to.deep.equal(['agent', 'beat sealed', 'beat web', 'output file'])
    expect(plugins.map(({ path }) => path)).to.deep.equal([
      [],
      ['beats', 0],
      ['beats', 1],
      ['output', 'file'],
    ])
    expect(plugins[0]?.settings).to.equal(config)
    expect(plugins[2]?.settings).to.deep.equal({ port: 443 })
  })

  it('goes with the beats that are left', async () => {
    const plan = await planOf(CONFIGURATION)
    const rest = withBeats(plan, plan.beats.slice(1))
    expect(rest.plugins.map(titleOf)).to.deep.equal(['agent', 'beat web', 'output file'])
    expect(pluginsOf(plan).length).to.equal(plan.plugins.length)
  })

  it('is what the policy is told to allow, with the plugin that needs it', async () => {
    const { plugins } = await planOf(CONFIGURATION)
    const [, beat, , output] = plugins
    if (!beat || !output) throw new Error('the plan lacks plugins')
    const syscalls = [{ names: ['ptrace'], why: 'traces' }]
    const declaring = [beat, output].map(each => ({
      ...each,
      plugin: { ...each.plugin, syscalls },
    }))
    expect(needsOf(declaring)).to.deep.equal([
      { who: 'beat sealed', names: ['ptrace'], why: 'traces' },
      { who: 'output file', names: ['ptrace'], why: 'traces' },
    ])
  })

  it('is what privileges are asked of, the agent’s own folders included', async () => {
    const { privileges, problems } = privilegesOf((await planOf(CONFIGURATION)).plugins)
    expect(problems).to.deep.equal([])
    expect(
      privileges.map(({ title, privilege }) => `${title}: ${formatPrivilege(privilege)}`),
    ).to.deep.equal([
      'agent: writes /srv/data',
      'agent: writes /srv/logs',
      'beat sealed: connects 443',
      'beat sealed: listens 8080',
      'beat sealed: unix /run/docker.sock',
      'beat sealed: reads /srv/www',
      'beat sealed: executes /usr/bin/df',
      'beat sealed: proc inside',
      'beat sealed: capability CAP_SYS_PTRACE during open',
      'beat web: network ip',
      'beat web: capability CAP_NET_BIND_SERVICE',
      'beat web: group adm',
      'beat web: addressFamily AF_PACKET',
      'beat web: writes /srv/my "100%" spool',
      'output file: writes /srv/events',
    ])
  })

  it('has the problems of an answer that is no list of privileges, with its section', async () => {
    const { plugins } = await planOf(CONFIGURATION)
    const wrong = plugins.slice(1, 2).map(each => {
      return { ...each, plugin: { ...each.plugin, privileges: () => JSON.parse('[7]') } }
    })
    const { privileges, problems } = privilegesOf(wrong)
    expect(privileges).to.deep.equal([])
    expect(problems).to.have.length(1)
    expect(problems[0]?.path).to.deep.equal(['beats', 0])
    expect(problems[0]?.message).to.match(/^privileges\[0\]: must be \{ why: "…" \} and one of/)
  })
})
