import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getGo } from '../go.ts'
import { idsIn } from '../kept-file.ts'
import type { ServerKind } from '../server.ts'
import { freePort, ServerProcess } from '../server-process.ts'

const WANTED = { name: 'collector', version: '0.165.0' }

/** In the JSON of a record: an attribute, a member of a map, or text with JSON in it. */
const ID = /\bid\W+(?:value\W+stringValue\W+)?([\w-]+:\d+)/g

/**
 * An OpenTelemetry Collector with its own receiver of OTLP, and an exporter of ours that syncs each request into
 * a file. There is no queue and no batch processor between them, so it answers once that is done.
 */
export const collector: ServerKind = {
  name: 'collector',
  needs: 'Go from 1.26 on',
  async get() {
    await getGo(WANTED)
    return WANTED.version
  },
  async start(folder) {
    const port = await freePort()
    const file = join(folder, 'events.json')
    const config = join(folder, 'collector.yml')
    const endpoint = `127.0.0.1:${port}`
    await writeFile(
      config,
      JSON.stringify({
        receivers: { otlp: { protocols: { http: { endpoint } } } },
        exporters: { synced: { path: file } },
        service: {
          pipelines: { logs: { receivers: ['otlp'], exporters: ['synced'] } },
          telemetry: { metrics: { level: 'none' } },
        },
      }),
    )
    const command = [await getGo(WANTED), `--config=file:${config}`]
    const server = await ServerProcess.start({ name: 'collector', folder, port, command })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => idsIn(file, ID),
    }
  },
}
