// Gets every server that can be had on this machine, and says of each other one why not.
import { performance } from 'node:perf_hooks'
import { isWanted, SERVERS } from './servers.ts'

const known = SERVERS.map(({ name }) => name)
const strange = (process.env.SERVERS ?? '').split(',').filter(name => !known.includes(name))
if (strange.join('') !== '') throw new Error(`${strange} is none of ${known.join(', ')}`)

for (const server of SERVERS.filter(isWanted)) {
  const beginMs = performance.now()
  const found = await server
    .get()
    .catch(({ message }) => `not here: ${message}; needs ${server.needs}`)
  const seconds = ((performance.now() - beginMs) / 1000).toFixed(1)
  console.log(`${server.name}\t${found}\t${seconds} s`)
}
