// syslog-ng bringing the same lines to the same servers as rsyslog and the agent, with batches as large as the agent's
// and room for several of them: its defaults are made for few events.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import type { Forwarder } from './forwarder.ts'

const BATCH = 'batch-lines(1600) batch-timeout(100) workers(1)'

/** What of it there is. */
export interface SyslogNg {
  readonly program: string
  readonly modules: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * The one of this machine, or of the folder that SYSLOG_NG names, where its packages are unpacked: Debian lets nobody
 * install it beside rsyslog.
 */
export function syslogNg(root = process.env.SYSLOG_NG ?? ''): SyslogNg | undefined {
  const [program, libraries] = [`${root}/usr/sbin/syslog-ng`, `${root}/usr/lib/syslog-ng`]
  if (!existsSync(program) || !existsSync(libraries)) return undefined
  const version = readdirSync(libraries).find(name => /^\d+\.\d+$/.test(name))
  const env = { LD_LIBRARY_PATH: root === '' ? '' : librariesOf(root).join(':') }
  const isThere = spawnSync(program, ['-V'], { timeout: 10_000, env }).status === 0
  return isThere && version ? { program, modules: `${libraries}/${version}`, env } : undefined
}

function librariesOf(root: string): readonly string[] {
  const folders = [`${root}/usr/lib`, `${root}/lib`].filter(existsSync)
  return folders.flatMap(folder => readdirSync(folder).map(name => `${folder}/${name}`))
}

/** Undefined if the module that it takes is not there. */
export function syslogNgTo(
  { program, modules, env }: SyslogNg,
  module: 'http' | 'redis',
  destination: string,
): Forwarder | undefined {
  if (!existsSync(`${modules}/lib${module}.so`)) return undefined
  return {
    name: 'syslog-ng',
    env,
    sign: 'control',
    command: path => [
      ...[program, '--foreground', '--no-caps', '--module-path', modules],
      ...['--cfgfile', `${path}/configuration`, '--persist-file', `${path}/persist`],
      ...['--control', `${path}/control`, '--pidfile', `${path}/pid`],
    ],
    configuration: path => `@version: ${modules.split('/').at(-1)}
options { stats-level(0); log-fifo-size(40000); };
source bench {
  wildcard-file(base-dir("${path}/in") filename-pattern("*") flags(no-parse) max-files(1) log-iw-size(20000) log-fetch-limit(1000));
};
destination bench { ${module}(${destination} ${BATCH}); };
log { source(bench); destination(bench); flags(flow-control); };
`,
  }
}
