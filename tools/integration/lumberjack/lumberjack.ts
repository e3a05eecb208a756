import { join } from 'node:path'
import { getGo } from '../go.ts'
import { idsIn } from '../kept-file.ts'
import type { ServerKind } from '../server.ts'
import { freePort, ServerProcess } from '../server-process.ts'

const WANTED = { name: 'lumberjack', version: '0.1.0' }

/** The Lumberjack server of Elastic's go-lumber. It syncs each batch into a file before it confirms it. */
export const lumberjack: ServerKind = {
  name: 'lumberjack',
  needs: 'Go from 1.26 on',
  async get() {
    await getGo(WANTED)
    return `go-lumber ${WANTED.version}`
  },
  async start(folder) {
    const port = await freePort()
    const file = join(folder, 'events.ndjson')
    const command = [await getGo(WANTED), `127.0.0.1:${port}`, file]
    const server = await ServerProcess.start({ name: 'lumberjack', folder, port, command })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => idsIn(file),
    }
  },
}
