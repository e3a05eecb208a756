import { once } from 'node:events'
import { appendFile, readdir, readFile, stat, statfs } from 'node:fs/promises'
import type * as Http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import type { Phase } from './phase.ts'
import { http } from './web.ts'

const ROUNDS = 100

/**
 * A small working agent, to count how often it makes each call: each round reads /proc like a host beat,
 * creates events, appends them to a file, posts them to a collector and logs a line.
 */
export const steady: Phase = {
  name: 'steady',
  async run(folder) {
    const collector = http.createServer(async (request, response) => {
      await buffer(request)
      response.end('{}')
    })
    collector.listen(0, '127.0.0.1')
    await once(collector, 'listening')
    const { port } = collector.address() as AddressInfo
    const agent = new http.Agent({ keepAlive: true })
    const log = pino(pino.destination({ dest: join(folder, 'log'), sync: false }))
    for (let round = 0; round < ROUNDS; round++) {
      const events = await measure()
      await appendFile(join(folder, 'events.ndjson'), events)
      await post({ port, agent, host: '127.0.0.1' }, gzipSync(events))
      log.info({ round, bytes: events.length }, 'events sent')
      await setTimeout(20)
    }
    agent.destroy()
    collector.close()
  },
}

async function measure(): Promise<string> {
  const sources = ['stat', 'loadavg', 'meminfo', 'diskstats', 'net/dev', 'uptime', 'self/mountinfo']
  const read = await Promise.all(sources.map(name => readFile(`/proc/${name}`, 'utf8')))
  const processes = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const { blocks, bfree } = await statfs('/')
  await stat('/etc/hostname').catch(() => undefined)
  const lines = read.flatMap((text, at) =>
    text.split('\n').map(line => ({ source: sources[at], line, blocks, bfree })),
  )
  lines.push({ source: 'count', line: String(processes.length), blocks, bfree })
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}

async function post(to: Http.RequestOptions, body: Buffer): Promise<void> {
  const request = http.request({ method: 'POST', path: '/_bulk', ...to })
  request.end(body)
  const [response] = (await once(request, 'response')) as [Http.IncomingMessage]
  await buffer(response)
}
