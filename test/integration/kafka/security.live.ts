import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { kafka } from '../../../tools/integration/kafka/kafka.ts'
import { freePort } from '../../../tools/integration/server-process.ts'
import { beatSource, Workplace } from '../../cli/workplace.ts'
import { skip } from '../../live.ts'
import { temporaryFolder } from '../../outputs/folder.ts'
import { MODULE, NO_NEWER_NODE, newerNode } from '../../outputs/kafka/newer-node.ts'
import { Authority } from '../../outputs/tls/certificates.ts'
import { CountingAgent } from '../agent.ts'
import { startedServer } from '../started.ts'

const EVENTS = 5_000
const PASSWORD = 'correct horse'
const MAX_BYTES = 20_000

const LOGIN = 'org.apache.kafka.common.security'

/** What the broker has beside its listener for the tests: one with TLS, for users. */
const settingsOf = (port: number, keystore: string) => ({
  listeners: `SECURE://localhost:${port}`,
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
  'listener.name.secure.plain.sasl.jaas.config': `${LOGIN}.plain.PlainLoginModule required user_agent="${PASSWORD}";`,
  'listener.name.secure.scram-sha-256.sasl.jaas.config': `${LOGIN}.scram.ScramLoginModule required;`,
  scram: `SCRAM-SHA-256=[name=agent,password=${PASSWORD}]`,
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': keystore,
  'connections.max.reauth.ms': '3000',
  'message.max.bytes': String(MAX_BYTES),
})

describe('output.kafka and a broker with TLS and SASL, which takes no large messages', function () {
  this.timeout(120_000)
  const node = newerNode() ?? ''
  const folder = temporaryFolder()
  const authority = new Authority(folder.path, 'ca')
  const { cert, key } = authority.issue('broker', {
    subject: '/CN=localhost',
    names: 'DNS:localhost,IP:127.0.0.1',
  })
  const keystore = `${folder.path}/broker.keystore.pem`
  writeFileSync(keystore, readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'))

  const settings: Record<string, string> = {}
  let secure = 0
  before(async function () {
    if (node === '') skip(this, NO_NEWER_NODE)
    secure = await freePort()
    Object.assign(settings, settingsOf(secure, keystore))
  })
  const server = startedServer(kafka, { settings })
  after(() => folder.remove())

  const ssl = { enabled: true, certificate_authorities: [authority.cert] }
  const known = { username: 'agent', password: PASSWORD }
  const sectionOf = (written: object) => ({
    type: MODULE,
    hosts: [`localhost:${secure}`],
    topic: 'secure',
    ssl,
    ...known,
    ...written,
  })
  const linesOf = (written: object) =>
    Object.entries(sectionOf(written)).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)

  async function idsOf(prefix: string): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    for await (const id of server().events()) if (id.startsWith(`${prefix}:`)) ids.add(id)
    return ids
  }

  for (const [mechanism, compression, events = EVENTS] of [
    ['PLAIN', 'zstd'],
    ['SCRAM-SHA-256', 'snappy'],
    ['PLAIN', 'lz4'],
    ['PLAIN', 'none'],
    // For longer than the broker takes a connection for known.
    ['SCRAM-SHA-256', 'gzip', 60_000],
  ] as const) {
    it(`has ${events} events, in parts that it takes, with ${mechanism} and ${compression}`, async () => {
      const prefix = `${mechanism}-${compression}`
      const output = linesOf({ sasl: { mechanism }, compression, key: '%{[id]}' })
      const agent = new CountingAgent({ events, prefix, output, node })
      try {
        const { code, stderr, log } = await agent.running.ended()
        expect(code, stderr.slice(-3000)).to.equal(0)
        const counts = Object(log.find(({ message }) => message === 'Stopped')?.['events'])
        expect(counts).to.include({ acked: events, rejected: 0, retried: 0 })
        expect(stderr).not.to.include(PASSWORD)
        expect((await idsOf(prefix)).size).to.equal(events)
      } finally {
        agent.remove()
      }
    })
  }

  it('gives up an event that is too large for the topic alone', async () => {
    const run = `await context.publish([0, 30_000, 1].map((size, at) => ({
      id: 'large:' + at, message: [...Array(size).keys()].join('') })))`
    const place = new Workplace({ 'probe.js': beatSource(run) })
    const output = { ...sectionOf({}), timeout: '10s' }
    place.write({
      'beat.yml': `beats: [{ type: ./probe.js }]\noutput.main: ${JSON.stringify(output)}\n`,
    })
    try {
      const agent = place.startOn(node, [], 'run', '--strict.perms=false')
      const { log, stderr } = await agent.ended()
      const counts = Object(log.find(({ message }) => message === 'Stopped')?.['events'])
      expect(counts, stderr).to.include({ acked: 2, rejected: 1, dead_lettered: 1, retried: 0 })
      expect(await idsOf('large')).to.have.keys('large:0', 'large:2')
    } finally {
      place.remove()
    }
  })

  const LINES: readonly (readonly [what: string, written: () => object, said: RegExp])[] = [
    [
      'a wrong password',
      () => ({ password: 'wrong' }),
      /authenticate +failed: the broker knows no such user with this password .*check username/,
    ],
    [
      'a wrong password with SCRAM',
      () => ({ password: 'wrong', sasl: { mechanism: 'SCRAM-SHA-256' } }),
      /authenticate +failed: the broker knows no such user with this password .*check username/,
    ],
    [
      'a mechanism that there is not',
      () => ({ sasl: { mechanism: 'SCRAM-SHA-512' } }),
      /authenticate +failed: .*does not offer this.*set sasl.mechanism to .*PLAIN/,
    ],
    [
      'no user',
      () => ({ username: '', password: '' }),
      /authenticate +failed: the server has closed the connection; it may want a user/,
    ],
    [
      'a port on which nothing listens',
      () => ({ hosts: ['localhost:1'] }),
      /connect +failed: nothing listens on port 1 \(ECONNREFUSED\)/,
    ],
    [
      'a port of TLS without TLS',
      () => ({ ssl: {} }),
      /version +failed: .*; it may expect TLS \(ssl\.enabled: true\)/,
    ],
    [
      'a port without TLS with it',
      () => ({ hosts: [`localhost:${server().port}`] }),
      /TLS +failed: /,
    ],
    [
      'an authority that is not known',
      () => ({ ssl: { enabled: true } }),
      /TLS +failed: who has signed the certificate of the server is not known/,
    ],
    [
      'a topic that is missing',
      () => ({ topic: 'nowhere' }),
      /topic +failed: nowhere: the brokers have no such topic/,
    ],
  ]
  for (const [what, written, said] of LINES) {
    it(`has ${what} said in one line`, async () => {
      const place = new Workplace()
      const output = { ...sectionOf({}), ...written() }
      place.write({
        'beat.yml': `beats: [{ type: host }]\noutput.main: ${JSON.stringify(output)}\n`,
      })
      try {
        const beginMs = performance.now()
        const result = await place
          .startOn(node, [], 'test', 'output', '--strict.perms=false')
          .ended()
        expect(performance.now() - beginMs).to.be.below(10_000)
        const lines = result.stdout.trim().split('\n')
        expect(lines.at(-1), result.stderr).to.match(said)
        expect(lines.filter(line => line.includes('failed:'))).to.have.length(1)
        expect(result.stdout + result.stderr).not.to.include(PASSWORD)
        expect(result.code).to.equal(1)
      } finally {
        place.remove()
      }
    })
  }

  it('goes through all steps', async () => {
    const place = new Workplace()
    place.write({
      'beat.yml': `beats: [{ type: host }]\noutput.main: ${JSON.stringify(sectionOf({}))}\n`,
    })
    try {
      const args = ['test', 'output', '--strict.perms=false'] as const
      const { code, stdout } = await place.startOn(node, [], ...args).ended()
      expect(code, stdout).to.equal(0)
      const steps = stdout.split('\n').map(line => line.split(/ {2,}/)[1])
      expect(steps.slice(0, -1)).to.deep.equal([
        ...['resolve', 'connect', 'TLS', 'version', 'authenticate', 'brokers', 'topic'],
      ])
    } finally {
      place.remove()
    }
  })
})
