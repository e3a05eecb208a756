// A server to try the output with: it prints the events that it takes, and says on which address it listens.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  request.pipe(process.stdout, { end: false })
  request.on('end', () => response.end())
})
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  const { address, port } = server.address() as AddressInfo
  console.error(`http://${address}:${port}/`)
})
