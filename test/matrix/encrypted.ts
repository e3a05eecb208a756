import { strictEqual } from 'node:assert'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect, createServer } from 'node:tls'
import type { Phase } from '../workload/phase.ts'

/** The paths of the two PEM files. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

/** TLS as in an output: the certificate is verified, including its name, against a given authority. */
export function encrypted({ key, certificate }: KeyPair): Phase {
  return {
    name: 'encrypted',
    async run() {
      const [privateKey, cert] = [await readFile(key), await readFile(certificate)]
      const server = createServer({ key: privateKey, cert }, socket => socket.pipe(socket))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const client = connect({ host: 'localhost', port, ca: cert, minVersion: 'TLSv1.3' })
      await once(client, 'secureConnect')
      strictEqual(client.authorized, true)
      client.end('over TLS')
      strictEqual(await text(client), 'over TLS')
      server.close()
    },
  }
}
