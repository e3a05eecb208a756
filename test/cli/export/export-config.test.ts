import { expect } from 'chai'
import { Workplace } from '../workplace.ts'

const BEAT_YML = `name: \${WHO:web}
beats:
  - type: host
    period: \${PERIOD}
    metricsets: [cpu, load]
    processors:
      - add_fields: { fields: { a: 1, 'b c': 2 } }
output.elasticsearch:
  hosts: ['https://search.example:9200']
  username: me
  password: hunter2
  headers: { X-Own: hunter2 }
fields: { token: hunter2, url: 'https://me:hunter2@search.example/', list: [] }
`

describe('sealbeat export config', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.yml': BEAT_YML, 'more.yml': 'logging.level: warning\n' })
  })
  afterEach(() => place.remove())

  const run = (...args: readonly string[]) => {
    const command = ['export', 'config', '--strict.perms=false', ...args]
    return place.startThrough(['env', 'PERIOD=5s'], ...command).ended()
  }

  it('prints each value with the place, the option or the variable that it is from', async () => {
    const { code, stdout, stderr } = await run('-c', 'beat.yml', '-c', 'more.yml', '-E', 'user=')
    expect(code, stderr).to.equal(0)
    const lines = stdout.split('\n')
    expect(lines).to.include.members([
      'name: "web" # beat.yml:1:1',
      `    period: "5s" # beat.yml:4:5, \${PERIOD}`,
      '      - "load" # beat.yml:5:23',
      '            "b c": 2 # beat.yml:7:39',
      '  level: "warning" # more.yml:1:1',
      'user: "" # -E user',
      'shutdown_timeout: 30s # default',
    ])
  })

  it('has the defaults of the plugins that are used, and those of the output for delivery', async () => {
    const { stdout } = await run()
    expect(stdout).to.match(/^ {2}elasticsearch:\n(.*\n)*? {4}workers: 2 # default\n/m)
    expect(stdout).to.match(/^ {4}loadbalance: true # default$/m)
    expect(stdout).to.match(/^ {10}target: "fields" # default$/m)
    // It has no effect unless it has a size.
    expect(stdout).not.to.match(/^ {2}disk:/m)
  })

  it('shows no secret', async () => {
    const { stdout } = await run()
    expect(stdout).not.to.include('hunter2')
    expect(stdout).to.match(/^ {4}password: "\[redacted\]" # beat\.yml:11:3$/m)
    expect(stdout).to.include('url: "https://me:[redacted]@search.example/"')
  })

  it('shows no secret of what is disabled, and none in lists and maps', async () => {
    const key = '"-----BEGIN PRIVATE KEY----- hunter2"'
    place.write({
      'more.yml': `output.http: { enabled: false, headers: { X-Own: hunter2 }, ssl: { key: ${key} } }
beats:
  - type: host
    id: again
    period: 1s
  - type: not-there
    enabled: false
    words: [hunter2]
fields: { token: { value: hunter2 }, password: [hunter2], note: seen }
`,
    })
    const { code, stdout, stderr } = await run('-c', 'beat.yml', '-c', 'more.yml')
    expect(code, stderr).to.equal(0)
    expect(stdout).not.to.include('hunter2')
    expect(stdout).to.include('type: "not-there"').and.to.include('note: "seen"')
  })

  it('can be read again, with nothing but what it says', async () => {
    const { stdout } = await run()
    place.write({ 'again.yml': stdout })
    const again = await run('-c', 'again.yml')
    expect(again.code, again.stderr).to.equal(0)
    const withoutOrigins = (text: string) =>
      text
        .replace(/ # .*$|"/gm, '')
        .split('\n')
        .sort()
    expect(withoutOrigins(again.stdout)).to.deep.equal(withoutOrigins(stdout))
  })

  it('says what is wrong instead', async () => {
    const { code, stdout, stderr } = await run('-E', 'nmae=x')
    expect({ code, stdout }).to.deep.equal({ code: 78, stdout: '' })
    expect(stderr).to.include('nmae: unknown key (did you mean "name"?)')
  })
})
