import { expect } from 'chai'
import type { Machine } from '../../lib/boot/machine.ts'
import { type BootStep, bootSteps } from '../../lib/boot/steps.ts'

type Answers = readonly (readonly [command: RegExp, text: string, code?: number])[]

const EVENT = '{"@timestamp":"2026-11-27T01:06:04.842Z","ecs":{"version":"8.0.0"},"n":1}'
const LOG = '{"log.level":"info","message":"Landlock domain entered"}'

/** What the commands print in a machine where all is well. */
const WELL: Answers = [
  [/^dpkg /, 'Setting up web (1-1) ...\nwarning: seccomp: x\nConfig OK'],
  [/^systemctl cat/, '[Service]\nLoadCredential=token:/etc/web/credentials/token'],
  [/^grep -h \^Seccomp:/, 'Seccomp:\t2\nSeccomp:\t2'],
  [/^grep -h \^NoNewPrivs:/, 'NoNewPrivs:\t1\nNoNewPrivs:\t1'],
  [/^grep -h \^CapEff:/, 'CapEff:\t0000000000000000\nCapEff:\t0000000000000000'],
  [/property=StatusText/, 'sandboxed (208 instructions, 2 threads)'],
  [/property=Result/, 'success'],
  [/property=User/, 'web'],
  [/^systemd-analyze/, '→ Overall exposure level for web.service: 0.9 SAFE 😀'],
  [/export config/, 'beats:\n  - type: host\noutput:\n  console: {}\nname: web\n'],
  [/^journalctl/, `Starting web…\n${LOG}\n${EVENT}\n{no JSON`],
]

/** A machine that answers from a table, and notes what it is asked. */
function machineWith(answers: Answers) {
  const asked: string[] = []
  const attempt = (command: string) => {
    asked.push(command)
    const [, text = '', code = 0] =
      [...answers, ...WELL].find(([pattern]) => pattern.test(command)) ?? []
    return { code, text }
  }
  const machine: Machine = { attempt, run: command => attempt(command).text, stop: async () => {} }
  return { machine, asked }
}

const FILE = { path: '/root/agent.deb', name: 'web', version: '1-1', needs: [] }

async function stepsWith(answers: Answers, credentials: readonly string[] = ['token']) {
  const { machine, asked } = machineWith(answers)
  const { signal } = new AbortController()
  const steps: BootStep[] = []
  const begun: string[] = []
  const begin = (words: string) => begun.push(`${words} after ${steps.length}`)
  for await (const step of bootSteps(machine, FILE, { credentials, eventsMs: 0, signal, begin })) {
    steps.push(step)
  }
  return { steps, begun, asked, failed: steps.filter(({ hint }) => hint !== undefined) }
}

describe('the steps of sealbeat boot', () => {
  it('are six, and none fails where all is well', async () => {
    const { steps, begun, failed } = await stepsWith([])
    expect(begun.join(', ')).to.equal(
      'Installing after 0, Starting after 1, Waiting for events after 4, Stopping after 5',
    )
    expect(steps.map(({ step }) => step).join(' ')).to.equal('install ready seal unit events stop')
    expect(failed).to.deep.equal([])
    const [install, ready, seal, unit, events] = steps
    expect(install?.lines).to.deep.equal(['warning: seccomp: x'])
    expect(ready?.lines).to.deep.equal(['sandboxed (208 instructions, 2 threads)'])
    expect(seal).to.deep.equal({
      step: 'seal',
      found: 'filter on 2 of 2 threads; no_new_privs on 2 of 2; no capability',
      lines: ['user web', 'Landlock domain entered'],
    })
    expect(unit?.found).to.include('0.9 SAFE')
    expect(events?.lines).to.deep.equal([EVENT])
  })

  it('end with an installation that fails, and have what dpkg says', async () => {
    const { steps } = await stepsWith([[/^dpkg /, 'web depends on nodejs (>= 20.19)', 1]])
    expect(steps).to.have.lengthOf(1)
    expect(steps[0]).to.deep.include({
      found: 'dpkg ends with 1',
      lines: ['web depends on nodejs (>= 20.19)'],
    })
    expect(steps[0]?.hint).to.include('--suite')
  })

  it('have stand-ins for credentials that nobody gives, and say so', async () => {
    const { steps, asked } = await stepsWith([], ['other'])
    expect(steps[1]?.lines?.[1]).to.equal(
      'note: using "stand-in" for token (--credential NAME=FILE)',
    )
    const ready = asked.indexOf('systemctl start web')
    expect(asked.slice(ready - 2, ready)).to.deep.equal([
      "printf stand-in >'/etc/web/credentials/token'",
      "cp '/root/credentials/other' '/etc/web/credentials/'",
    ])
  })

  it('end with a start that fails, and have the journal', async () => {
    const { steps } = await stepsWith([
      [/^systemctl start/, '', 1],
      [/property=Result/, 'exit-code'],
      [/property=ExecMainStatus/, '78'],
      [/^journalctl/, 'bets: unknown key\n'],
    ])
    expect(steps.at(-1)).to.deep.include({
      step: 'ready',
      found: 'exit-code, exit code 78',
      lines: ['bets: unknown key'],
    })
  })

  it('see a thread without the filter, and an agent that has none of its own', async () => {
    const open = await stepsWith([[/^grep -h \^Seccomp:/, 'Seccomp:\t2\nSeccomp:\t0']])
    expect(open.failed.map(({ step, found }) => `${step} ${found}`)).to.deep.equal([
      'seal filter on 1 of 2 threads; no_new_privs on 2 of 2; no capability',
    ])
    const unsealed = await stepsWith([[/property=StatusText/, 'not sandboxed (disabled)']])
    expect(unsealed.failed.map(({ step }) => step)).to.deep.equal(['seal'])
  })

  it('see a thread that may get new privileges', async () => {
    const { failed } = await stepsWith([
      [/^grep -h \^NoNewPrivs:/, 'NoNewPrivs:\t1\nNoNewPrivs:\t0'],
    ])
    expect(failed.map(({ step }) => step)).to.deep.equal(['seal'])
  })

  it('see capabilities that the unit does not grant', async () => {
    const left = [/^grep -h \^CapEff:/, 'CapEff:\t0000002000000000'] as const
    const { failed } = await stepsWith([left])
    expect(failed[0]?.found).to.include('; capabilities 0000002000000000')
    const granted = await stepsWith([left, [/property=AmbientCapabilities/, 'cap_audit_read']])
    expect(granted.failed).to.deep.equal([])
    expect(granted.steps[2]?.found).to.include('; capabilities 0000002000000000')
  })

  it('fail without an event, and go on to the stop', async () => {
    const { failed, steps } = await stepsWith([[/^journalctl/, LOG]])
    expect(failed).to.have.lengthOf(1)
    expect(failed[0]).to.deep.include({ step: 'events', found: 'none within 0.0 s', lines: [LOG] })
    expect(steps.at(-1)?.step).to.equal('stop')
  })

  it('start an agent with another output again, with the console', async () => {
    const config = `output:
  console:
    enabled: false # beat.yml:2:1
  my-http: # beat.yml:3:1
    hosts:
      enabled: false
name: web
`
    const { steps, asked } = await stepsWith([[/export config/, config]])
    expect(steps[4]?.found).to.equal(
      '1 so far, with output.console in place of output.my-http; the first:',
    )
    const at = asked.findIndex(each => each.includes('-E output.my-http.enabled=false'))
    expect(asked[at]).to.include('-E output.console.enabled=true')
    expect(asked[at + 1]).to.equal('systemctl restart web')
  })

  it('fail with a stop that is none', async () => {
    const { failed } = await stepsWith([[/property=Result/, 'timeout']])
    expect(failed.map(({ step, found }) => `${step}: ${found.split(',')[0]}`)).to.deep.equal([
      'stop: timeout',
    ])
  })
})
