// `server.js FILE [PORT]`: the server as a process of its own. Prints its port.
import { BulkServer } from './bulk-server.ts'

const server = new BulkServer(process.argv[2] ?? '')
server.port = Number(process.argv[3] ?? 0)
await server.listen()
console.log(server.port)
