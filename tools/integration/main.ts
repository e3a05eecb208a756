// Gets every server that can be had on this machine, and says of each other one why not.
import { performance } from 'node:perf_hooks'
import { isWanted, SERVERS } from './servers.ts'

/** `bulk`: the receiver of `make test`, which is there already. */
const known = [...SERVERS.map(({ name }) => name), 'bulk']
const strange = (process.env.SERVERS ?? '').split(',').filter(name => !known.includes(name))
if (strange.join('') !== '') {
  console.error(`SERVERS: ${strange.join(', ')} is none of ${known.join(', ')}`)
  process.exit(64)
}

for (const server of SERVERS.filter(isWanted)) {
  const beginMs = performance.now()
  const found = await server
    .get()
    .catch(({ message }) => `not here: ${message}; needs ${server.needs}`)
  const seconds = ((performance.now() - beginMs) / 1000).toFixed(1)
  console.log(`${server.name}\t${found}\t${seconds} s`)
}
