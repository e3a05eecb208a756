// An Elasticsearch with TLS that may have faults, an agent that sends to it, and the lines that it logs about that.

import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createSecure } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { FaultyServers } from '../../outputs/connection/faulty-servers.ts'
import { type Seen, WebServer } from '../../outputs/http/servers.ts'
import { Authority, type Issued } from '../../outputs/tls/certificates.ts'
import { beatSource, type LogLine, type Result, type Running, Workplace } from '../workplace.ts'

const LOCALHOST = { subject: '/CN=localhost', names: 'DNS:localhost,IP:127.0.0.1' }
const PASSWORD = `Basic ${Buffer.from('me:horse-battery').toString('base64')}`

/** Publishes for as long as the agent runs. */
const BEAT = beatSource(`
  while (!context.signal.aborted) {
    await context.publish([{ message: 'm' }])
    await sleep(20)
  }
`)

/** As far as `test output` and `_bulk` go. */
function answerAsElasticsearch(server: WebServer): void {
  server.answer = (response, seen) => {
    if (seen.headers.authorization !== PASSWORD) {
      return void response.writeHead(401).end('{"error":{"type":"security_exception"}}')
    }
    if (seen.url === '/') return void response.end('{"version":{"number":"9.2.1"}}')
    const items = actionsOf(seen).map(() => ({ create: { status: 201 } }))
    response.end(JSON.stringify({ errors: false, items }))
  }
}

function actionsOf({ body }: Seen): readonly string[] {
  return String(body)
    .split('\n')
    .filter(line => line.startsWith('{"create"'))
}

/** Certificates, made once, as that takes a while. */
export function makeCertificates() {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-faults-'))
  const authority = new Authority(folder, 'authority')
  const other = new Authority(folder, 'other')
  const issued = {
    server: authority.issue('server', LOCALHOST),
    expired: authority.issue('expired', { ...LOCALHOST, isExpired: true }),
    elsewhere: authority.issue('elsewhere', { subject: '/CN=x', names: 'DNS:elsewhere.test' }),
    ours: authority.issue('ours', { subject: '/CN=agent' }),
    strange: other.issue('strange', { subject: '/CN=agent' }),
  }
  return { folder, authority, other, issued }
}

export type Certificates = ReturnType<typeof makeCertificates>

export interface Sending {
  readonly hosts: readonly string[]
  /** Further settings of the output. */
  readonly more?: Readonly<Record<string, unknown>>
}

export class FaultyPlace {
  readonly place = new Workplace({ 'probe.js': BEAT })
  readonly servers = new FaultyServers()
  readonly #webs: WebServer[] = []
  readonly #certificates: Certificates

  constructor(certificates: Certificates) {
    this.#certificates = certificates
  }

  async remove(): Promise<void> {
    this.place.remove()
    await this.servers.close()
    for (const each of this.#webs) await each.close()
  }

  /** Elasticsearch with this certificate; `wantsClient`: that takes certificates of our authority alone. */
  secure({ cert, key }: Issued, wantsClient = false): Promise<WebServer> {
    const ca = readFileSync(this.#certificates.authority.cert)
    const server = createSecure({
      ...{ cert: readFileSync(cert), key: readFileSync(key) },
      ...(wantsClient && { requestCert: true, ca }),
    })
    return this.listening(new WebServer(server))
  }

  async listening(web: WebServer): Promise<WebServer> {
    answerAsElasticsearch(web)
    await web.listen()
    this.#webs.push(web)
    return web
  }

  sendTo({ hosts, more = {} }: Sending): void {
    const ssl = { certificate_authorities: [this.#certificates.authority.cert] }
    const access = { username: 'me', password: 'horse-battery', compression_level: 0, ssl }
    this.configure('elasticsearch', { hosts, bulk_max_size: 10, ...access, ...more })
  }

  /** A configuration with this output, which is tried again almost at once. */
  configure(output: string, settings: Readonly<Record<string, unknown>>): void {
    const backoff = { init: '50ms', max: '100ms' }
    const config = {
      beats: [{ type: './probe.js' }],
      [`output.${output}`]: { backoff, ...settings },
      shutdown_timeout: '1s',
      'queue.mem': { events: 100, 'flush.timeout': '10ms' },
    }
    this.place.write({ 'beat.yml': JSON.stringify(config) })
  }
}

/** Lines that say that the output has failed. */
export function complaintsIn({ log }: Pick<Result, 'log'>): readonly LogLine[] {
  return log.filter(
    ({ message, 'log.level': level }) =>
      level === 'error' && /^Output failed$|takes no events/.test(message),
  )
}

export function messagesIn({ log }: Result, message: string): readonly LogLine[] {
  return log.filter(each => each.message === message)
}

/** The first line about it. */
export async function complaint(agent: Running): Promise<LogLine> {
  // In the line of the complaint, or in one that follows it.
  while (!agent.lines().some(line => 'retry_in_ms' in line)) {
    expect(agent.child.exitCode).to.equal(null)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  const [first] = complaintsIn({ log: agent.lines() })
  if (first === undefined) throw new Error('events go again, and nothing says why')
  return first
}

/** So many pauses take so long at most. */
export async function tries(agent: Running, count: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, count * 100))
  expect(agent.child.exitCode).to.equal(null)
}

export async function stopped(agent: Running): Promise<Result> {
  agent.child.kill('SIGTERM')
  return agent.ended()
}
