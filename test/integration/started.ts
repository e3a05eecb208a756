import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server, ServerKind, ServerOptions } from '../../tools/integration/server.ts'
import { isWanted } from '../../tools/integration/servers.ts'
import { skip } from '../live.ts'

/** A server for all tests of the surrounding `describe`. Where it can't be had, they are skipped with the reason. */
export function startedServer(kind: ServerKind, options: ServerOptions = {}): () => Server {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-integration-'))
  let server: Server | undefined
  before(async function () {
    this.timeout(20 * 60_000)
    if (!isWanted(kind)) skip(this, `${kind.name} is not among SERVERS`)
    const reason = await kind.get().then(
      () => undefined,
      ({ message }) => `${kind.name}: ${message}; needs ${kind.needs}`,
    )
    if (reason !== undefined) skip(this, reason)
    server = await kind.start(folder, options)
  })
  after(async function () {
    this.timeout(120_000)
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    if (server === undefined) throw new Error('the server was not started')
    return server
  }
}
