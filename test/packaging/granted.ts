import { configure, type Plan } from '../../lib/agent/configure.ts'
import { readDocument } from '../../lib/config/source/document.ts'
import { AgentFolder } from './agent-folder.ts'

const LISTENER = `import { defineBeat } from 'sealbeat'
export default defineBeat({
  name: 'listener',
  schema: { port: { doc: 'A port.', format: 'port', default: 80 } },
  privileges: ({ port }) => [
    { network: 'ip', why: 'answers HTTP' },
    { capability: 'CAP_NET_BIND_SERVICE', why: 'port ' + port },
    { group: 'adm', why: 'reads logs' },
    { addressFamily: 'AF_PACKET', why: 'looks' },
    { writes: '/srv/my "100%" spool', why: 'keeps  them' },
  ],
  async run() {},
})
`

/** Beats and an output that declare every kind of privilege. */
export const EVERYTHING = `beats:
- { type: ./listener.js, id: web, port: 443 }
- { type: ./listener.js, id: other }
- { type: audit, enabled: false }
- { type: host, metricsets: [cpu] }
output.file: { path: /srv/events }
`

/** The plan of a configuration, which may name the beats `./beats/own.js` and `./listener.js`. */
export async function planOf(configuration: string): Promise<Plan> {
  const folder = new AgentFolder({ 'beat.yml': configuration, 'listener.js': LISTENER })
  try {
    const overrides = [`path.home=${folder.folder}`, `path.config=${folder.folder}`]
    const source = { files: [folder.path('beat.yml')], overrides, env: {} }
    return await configure(readDocument(source))
  } finally {
    folder.remove()
  }
}
