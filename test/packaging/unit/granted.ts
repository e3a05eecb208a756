import { configure } from '../../../lib/agent/configure.ts'
import type { Plan } from '../../../lib/agent/plan.ts'
import { readDocument } from '../../../lib/config/source/document.ts'
import { AgentFolder } from '../agent-folder.ts'

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

const SEALED = `export default {
  name: 'sealed',
  schema: {},
  privileges: () => [
    { connects: 443, why: 'sends' },
    { listens: 8080, why: 'answers' },
    { unix: '/run/docker.sock', why: 'lists containers' },
    { reads: '/srv/www', why: 'counts files' },
    { executes: '/usr/bin/df', why: 'asks df' },
    { proc: 'inside', why: 'looks into processes' },
    { capability: 'CAP_SYS_PTRACE', during: 'open', why: 'looks into processes' },
  ],
  async run() {},
}
`

/** Beats and an output that declare every kind of privilege. */
export const EVERYTHING = `beats:
- { type: ./listener.js, id: web, port: 443 }
- { type: ./listener.js, id: other }
- { type: audit, enabled: false }
- { type: host, metricsets: [cpu] }
output.file: { path: /srv/events }
`

/** The plan of a configuration, which may name `./beats/own.js`, `./listener.js` and `./sealed.js`. */
export async function planOf(configuration: string): Promise<Plan> {
  const files = { 'beat.yml': configuration, 'listener.js': LISTENER, 'sealed.js': SEALED }
  const folder = new AgentFolder(files)
  try {
    const overrides = [`path.home=${folder.folder}`, `path.config=${folder.folder}`]
    const source = { files: [folder.path('beat.yml')], overrides, env: {} }
    return await configure(readDocument(source))
  } finally {
    folder.remove()
  }
}
