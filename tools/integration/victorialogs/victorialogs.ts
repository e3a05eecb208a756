import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { getGo } from '../go.ts'
import type { ServerKind } from '../server.ts'
import { freePort, ServerProcess } from '../server-process.ts'

const PROGRAM = 'github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs'
const WANTED = { name: 'victorialogs', version: '1.52.1', from: PROGRAM }

/**
 * VictoriaLogs. It confirms what is in its memory, and writes that within -inmemoryDataFlushInterval (5s, 1s at
 * least): a kill loses as much.
 */
export const victoriaLogs: ServerKind = {
  name: 'victorialogs',
  needs: 'Go from 1.26 on',
  async get() {
    await getGo(WANTED)
    return WANTED.version
  },
  async start(folder) {
    const port = await freePort()
    const command = [
      await getGo(WANTED),
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder, 'victorialogs')}`,
      '-inmemoryDataFlushInterval=1s',
      '-retentionPeriod=100y',
    ]
    const url = `http://127.0.0.1:${port}`
    const isReady = async () => (await fetch(`${url}/health`)).ok
    const server = await ServerProcess.start({
      ...{ name: 'victorialogs', folder, port, command, isReady },
    })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => eventsIn(url),
    }
  },
}

async function* eventsIn(url: string): AsyncGenerator<string> {
  await fetch(`${url}/internal/force_flush`)
  const query = encodeURIComponent('id:* | fields id')
  const sent = request(`${url}/select/logsql/query?query=${query}&start=0`).end()
  const [answer] = await once(sent, 'response')
  for await (const line of createInterface({ input: answer })) yield JSON.parse(line).id
}
