import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { idsIn } from '../kept-file.ts'
import type { ServerKind } from '../server.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { runTool } from '../tool.ts'

/**
 * rsyslog with RELP. By default it confirms what is in its main queue, which is in memory. A direct queue has it
 * write first. (`sync="on"` of the action would survive power cuts too, with a sync for each message.)
 */
export const rsyslog: ServerKind = {
  name: 'rsyslog',
  needs: "Debian's rsyslog and rsyslog-relp",
  async get() {
    const said = await runTool(['rsyslogd', '-v'])
    await runTool(['dpkg-query', '-W', 'rsyslog-relp'])
    return /rsyslogd\s+(\S+)/.exec(said)?.[1] ?? said
  },
  async start(folder) {
    const port = await freePort()
    const file = join(folder, 'messages')
    const config = join(folder, 'rsyslog.conf')
    await mkdir(join(folder, 'rsyslog'), { recursive: true })
    await writeFile(
      config,
      `global(workDirectory="${folder}/rsyslog" maxMessageSize="64k")
main_queue(queue.type="direct")
module(load="imrelp")
input(type="imrelp" port="${port}" address="127.0.0.1" maxDataSize="64k")
template(name="message" type="string" string="%msg%\\n")
action(type="omfile" file="${file}" template="message")
`,
    )
    const command = ['rsyslogd', '-n', '-f', config, '-i', join(folder, 'rsyslog.pid')]
    const server = await ServerProcess.start({ name: 'rsyslog', folder, port, command })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => idsIn(file),
    }
  },
}
