import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { getJava, javaCommand } from '../maven.ts'
import type { Server, ServerKind } from '../server.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { sourcesOf } from '../tool.ts'

const WANTED = { name: 'opensearch', version: '2.19.6' } as const

/** The most documents that one page of a scroll may have. */
const PAGE = 10_000

const JVM = ['-Xms512m', '-Xmx512m', '-XX:+UseSerialGC', '-Dlog4j2.disable.jmx=true']

const SETTINGS = {
  'cluster.name': 'integration',
  'node.name': 'one',
  'discovery.type': 'single-node',
  'network.host': '127.0.0.1',
  'transport.port': '0',
  'transport.type': 'netty4',
  'http.type': 'netty4',
  // The disk of a developer may well be fuller than its watermarks allow.
  'cluster.routing.allocation.disk.threshold_enabled': 'false',
}

/**
 * One node of OpenSearch, made of its libraries. It has no security plugin. By default the translog is
 * synced before a request is answered (`index.translog.durability: request`).
 */
export const openSearch: ServerKind = {
  name: 'opensearch',
  needs: 'a JDK from 17 on, and Maven',
  async get() {
    await getJava(WANTED)
    return WANTED.version
  },
  async start(folder, { settings = {} } = {}) {
    const home = join(folder, 'opensearch')
    await mkdir(home, { recursive: true })
    const port = await freePort()
    const all = { ...SETTINGS, 'path.home': home, 'http.port': String(port), ...settings }
    const log = `-Dlog4j2.configurationFile=${sourcesOf('opensearch')}log4j2.xml`
    const command = [
      ...javaCommand(WANTED, 'Server', [...JVM, log]),
      ...Object.entries(all).map(pair => pair.join('=')),
    ]
    const url = `http://127.0.0.1:${port}`
    const isReady = async () => {
      const wait = '/_cluster/health?wait_for_status=yellow&timeout=60s'
      return (await fetch(`${url}${wait}`)).status === 200
    }
    const server = await ServerProcess.start({ name: 'opensearch', folder, port, command, isReady })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => eventsIn(url),
    } satisfies Server
  },
}

async function* eventsIn(url: string): AsyncGenerator<string> {
  await ask(`${url}/_all/_refresh`, {})
  let page = await ask(`${url}/_all/_search?scroll=1m`, {
    ...{ size: PAGE, _source: ['id'], sort: ['_doc'] },
  })
  while (page.hits.hits.length > 0) {
    for (const { _source } of page.hits.hits) yield String(_source.id)
    page = await ask(`${url}/_search/scroll`, { scroll: '1m', scroll_id: page._scroll_id })
  }
}

interface Page {
  readonly _scroll_id: string
  readonly hits: { readonly hits: readonly { readonly _source: { readonly id: unknown } }[] }
}

async function ask(url: string, body: object): Promise<Page> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${(await answer.text()).slice(0, 500)}`)
  return Object(await answer.json())
}
