// `server.js FILE`: the server as a process of its own. Prints its port.
import { BulkServer } from './bulk-server.ts'

const server = new BulkServer(process.argv[2] ?? '')
await server.listen()
console.log(server.port)
