import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openSearch } from '../../../tools/integration/opensearch/opensearch.ts'
import { Authority } from '../../outputs/tls/certificates.ts'
import { CountingAgent } from '../agent.ts'
import { startedServer } from '../started.ts'
import { TlsFront } from '../tls-front.ts'
import { SearchApi } from './api.ts'

const EVENTS = 5_000
const API_KEY = 'web:s3cret'

describe('output.elasticsearch by TLS and an API key, OpenSearch behind a front of the test', function () {
  this.timeout(120_000)
  const server = startedServer(openSearch)
  let front: TlsFront | undefined
  let agent: CountingAgent | undefined
  let folder = ''
  afterEach(async () => {
    agent?.remove()
    await front?.shut()
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(index: string, key: string, isTrusted: boolean): Promise<CountingAgent> {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-tls-'))
    const authority = new Authority(folder, 'own')
    const issued = authority.issue('server', { subject: '/CN=x', names: 'IP:127.0.0.1' })
    front = new TlsFront(server().port, API_KEY, issued)
    await front.open()
    const output = [
      ...['type: elasticsearch', `index: ${index}`, `hosts: ['https://127.0.0.1:${front.port}']`],
      ...[`api_key: '${key}'`, 'backoff: { init: 50ms, max: 200ms }'],
      ...(isTrusted ? [`ssl.certificate_authorities: ['${authority.cert}']`] : []),
    ]
    agent = new CountingAgent({ events: EVENTS, prefix: index, output })
    return agent
  }

  it('has all events', async () => {
    const { code, stderr } = await (await start('known', API_KEY, true)).running.ended()
    expect(code, stderr.slice(-3000)).to.equal(0)
    expect(await new SearchApi(server().port).count('known')).to.equal(EVENTS)
    expect(front?.refused).to.equal(0)
  })

  it('keeps the events where the key is not the right one, and does not show it', async () => {
    const refused = await start('unknown', 'web:other', true)
    await refused.hasCounted('retried')
    expect(refused.confirmed).to.equal(0)
    const { running } = refused
    running.child.kill('SIGKILL')
    const { stderr } = await running.ended()
    expect(stderr).to.include('HTTP 401')
    expect(stderr).not.to.match(/web:other|d2ViOm90aGVy/)
  })

  it('sends nothing to who can not show a certificate of a known authority', async () => {
    const untrusting = await start('untrusted', API_KEY, false)
    await untrusting.hasCounted('failed_writes')
    expect(front?.refused).to.equal(0)
    untrusting.running.child.kill('SIGKILL')
    const { stderr } = await untrusting.running.ended()
    expect(stderr).to.match(/self-signed|unable to verify|UNABLE_TO/i)
  })
})
