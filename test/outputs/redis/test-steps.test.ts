import { readFileSync } from 'node:fs'
import { createServer } from 'node:tls'
import { expect } from 'chai'
import { temporaryFolder } from '../folder.ts'
import { Authority } from '../tls/certificates.ts'
import { RedisOutputs, type Written, write } from './outputs.ts'
import { RedisServer } from './redis-server.ts'

describe('output.redis over TLS, and what `test output` says', () => {
  const folder = temporaryFolder()
  const outputs = new RedisOutputs()
  const authority = new Authority(folder.path, 'ca')
  const issued = authority.issue('server', { subject: '/CN=localhost', names: 'DNS:localhost' })
  const ssl = { certificate_authorities: [authority.cert] }
  let server: RedisServer
  let secure: RedisServer

  beforeEach(async () => {
    const [cert, key] = [readFileSync(issued.cert), readFileSync(issued.key)]
    server = new RedisServer()
    secure = new RedisServer(createServer({ cert, key }), 'secureConnection')
    for (const each of [server, secure]) await each.listen()
  })

  afterEach(async () => {
    await outputs.close()
    for (const each of [server, secure]) await each.close()
  })

  after(() => folder.remove())

  const plainAt = () => `127.0.0.1:${server.port}`

  async function stepsOf(written: Written): Promise<readonly string[]> {
    const steps = await outputs.steps(written)
    return steps.map(({ step, found, hint }) => `${step}: ${found}${hint ? ' (!)' : ''}`)
  }

  it('writes over TLS, asked for by the address or by ssl', async () => {
    for (const host of [`rediss://localhost:${secure.port}`, `localhost:${secure.port}`]) {
      const made = await outputs.open({ hosts: [host], ssl: { ...ssl, enabled: true } })
      expect(await write(made, ['1'])).to.deep.equal({ retry: [], reject: [] })
    }
    expect(secure.list('sealbeat')).to.deep.equal(['1', '1'])
  })

  it('sends nothing to a server that it does not know', async () => {
    const made = await outputs.open({ hosts: [`rediss://localhost:${secure.port}`], password: 'p' })
    const error = await write(made, ['1']).catch(String)
    expect(error).to.include('who has signed the certificate of the server is not known')
    expect(secure.called).to.deep.equal([])
  })

  it('goes through all steps', async () => {
    secure.password = 'p'
    const hosts = [`rediss://localhost:${secure.port}`]
    const steps = await stepsOf({ hosts, ssl, password: 'p', db: 2 })
    expect(steps.map(step => step.replace(/:.*/, ''))).to.deep.equal([
      ...['resolve', 'connect', 'TLS', 'authenticate', 'database', 'version'],
    ])
    expect(steps.slice(3)).to.deep.equal([
      'authenticate: known',
      'database: 2',
      'version: Redis 7.0.0',
    ])
    expect(secure.called.map(({ name }) => name)).to.deep.equal(['auth', 'select', 'info'])
  })

  it('ends at the first step that fails, and goes on with the next server', async () => {
    server.password = 'p'
    const hosts = [plainAt(), plainAt()]
    const wanting = 'authenticate: it wants a password (NOAUTH) (!)'
    const steps = await stepsOf({ hosts })
    expect(steps.filter(step => !step.startsWith('connect'))).to.deep.equal([wanting, wanting])
    const wrong = await stepsOf({ hosts: [plainAt()], password: 'q' })
    expect(wrong.at(-1)).to.match(/^authenticate: it knows no such user .*\(WRONGPASS\) \(!\)$/)
    const missing = await stepsOf({ hosts: [plainAt()], password: 'p', db: 99 })
    expect(missing.at(-1)).to.equal('database: it has no database of this number (!)')
  })

  it('knows a replica, and who may not ask', async () => {
    server.isReplica = true
    const replica = await stepsOf({ hosts: [plainAt()] })
    expect(replica.at(-1)).to.equal('version: Redis 7.0.0, a replica (!)')
    server.instead = () => '-NOPERM User x has no permissions\r\n'
    expect((await stepsOf({ hosts: [plainAt()] })).slice(1)).to.deep.equal([
      'authenticate: unknown: the user must not use PING',
      'version: unknown: the user must not use INFO',
    ])
  })

  it('knows what is no Redis', async () => {
    server.instead = () => 'HTTP/1.1 400 Bad Request\r\n\r\n'
    const steps = await stepsOf({ hosts: [plainAt()] })
    expect(steps.at(-1)).to.equal('authenticate: what answers is no Redis (!)')
  })
})
