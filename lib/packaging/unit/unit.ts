import { toSystemd } from '../../seccomp/export/systemd.ts'
import type { EffectivePolicy } from '../../seccomp/policy/merge.ts'
import type { AgentManifest } from '../manifest.ts'
import type { Grants, Reasons } from './grants.ts'

/** What the unit of an agent depends on. */
interface UnitInput {
  readonly manifest: AgentManifest
  readonly grants: Grants
  /** Undefined where the agent has no filter. */
  readonly policy: EffectivePolicy | undefined
  /** Names of `${credential:…}` in the configuration. */
  readonly credentials: readonly string[]
  /** V8 makes no code at run time: `node --jitless`. */
  readonly jitless: boolean
  /** Milliseconds that a stop may take. */
  readonly shutdownTimeout: number
}

/** The unit file, for systemd 252 and later: systemd.exec(5), systemd.service(5). */
export function unitFile(input: UnitInput): string {
  return `${[unit(input), service(input), isolation(input), filter(input), install()].flat().join('\n')}\n`
}

function unit({ manifest, grants }: UnitInput): readonly string[] {
  const { name, description, homepage } = manifest
  const online = ['Wants=network-online.target', 'After=network-online.target']
  return [
    `# Change it by a drop-in: systemctl edit ${name}. This file is replaced by the next version.`,
    '[Unit]',
    `Description=${literal(description)}`,
    `Documentation=man:${name}(8)${homepage === undefined ? '' : ` ${literal(homepage)}`}`,
    ...(grants.network.size > 0 ? online : []),
    '',
  ]
}

function service({ manifest: { name }, credentials, shutdownTimeout }: UnitInput) {
  return [
    '[Service]',
    'Type=notify',
    'NotifyAccess=main',
    `ExecStart=/usr/bin/${name} run`,
    // kill(1) is a package of its own in Debian; every shell has one.
    `ExecReload=/bin/sh -c 'kill -HUP $MAINPID'`,
    'Restart=on-failure',
    'RestartSec=2s',
    '# No filter though one is required; a wrong configuration: both would be the same again.',
    'RestartPreventExitStatus=77 78',
    'WatchdogSec=60s',
    `TimeoutStopSec=${Math.ceil(shutdownTimeout / 1000) + 10}s`,
    `User=${name}`,
    `Group=${name}`,
    'UMask=0077',
    `StateDirectory=${name}`,
    'StateDirectoryMode=0700',
    `LogsDirectory=${name}`,
    'LogsDirectoryMode=0750',
    `ConfigurationDirectory=${name}`,
    'ConfigurationDirectoryMode=0755',
    ...credentials
      .map(literal)
      .map(each => `LoadCredential=${each}:/etc/${name}/credentials/${each}`),
    '',
  ]
}

/** Every setting of systemd 252 that an agent can live with. */
const ALWAYS = `NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=yes
PrivateIPC=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
DevicePolicy=closed
# A core file would hold what the agent has read, credentials too.
LimitCORE=0`.split('\n')

function isolation({ manifest: { name }, grants, jitless }: UnitInput): readonly string[] {
  const capabilities = [...grants.capabilities.keys()].join(' ')
  return [
    ...ALWAYS,
    `ReadOnlyPaths=/etc/${name}`,
    `InaccessiblePaths=-/etc/${name}/credentials`,
    ...because(grants.capabilities),
    `CapabilityBoundingSet=${capabilities}`,
    `AmbientCapabilities=${capabilities}`,
    // Capabilities count in the first user namespace alone.
    ...(capabilities === '' ? ['PrivateUsers=yes'] : []),
    ...network(grants),
    ...listed('SupplementaryGroups', grants.groups),
    // Made when the package is installed; without it the agent says that it is missing.
    ...listed(
      'ReadWritePaths',
      new Map([...grants.writes].map(([path, why]) => [`-${path}`, why])),
    ),
    ...procOf(grants.proc),
    ...writableCode(jitless),
    '',
  ]
}

/** Name lookups ask by netlink which kinds of addresses there are: getaddrinfo(3). */
const IP = ['AF_INET', 'AF_INET6', 'AF_NETLINK']

function network({ addressFamilies, network }: Grants): readonly string[] {
  const isIp = network.size > 0
  const families = new Set(['AF_UNIX', ...(isIp ? IP : []), ...addressFamilies.keys()])
  return [
    ...because(network),
    ...because(addressFamilies),
    `RestrictAddressFamilies=${[...families].join(' ')}`,
    ...(isIp ? [] : ['IPAddressDeny=any']),
  ]
}

function writableCode(jitless: boolean): readonly string[] {
  if (jitless) return ['MemoryDenyWriteExecute=yes']
  return [
    "# V8 compiles at run time; a package made with --jitless doesn't, and is slower.",
    'MemoryDenyWriteExecute=no',
  ]
}

function procOf(proc: Reasons): readonly string[] {
  return [
    ...because(proc),
    ...(proc.has('processes') || proc.has('inside') ? [] : ['ProtectProc=invisible']),
    ...(proc.size > 0 ? [] : ['ProcSubset=pid']),
  ]
}

function listed(key: string, reasons: Reasons): readonly string[] {
  return reasons.size === 0
    ? []
    : [...because(reasons), `${key}=${[...reasons.keys()].map(word).join(' ')}`]
}

/** One of several words: systemd.syntax(7). */
function word(text: string): string {
  if (/^[\w./@:+,-]+$/.test(text)) return text
  return `"${literal(text).replace(/["\\]/g, '\\$&')}"`
}

/** Not a specifier: systemd.unit(5). */
function literal(text: string): string {
  return text.replaceAll('%', '%%')
}

function because(reasons: Reasons): readonly string[] {
  return [...reasons].map(([what, why]) => `# ${what}: ${why}`.replace(/\s+/g, ' '))
}

/** The layer below the agent's own filter; with it no second start is needed to be rid of io_uring. */
function filter({ policy }: UnitInput): readonly string[] {
  if (!policy)
    return ['SystemCallArchitectures=native', 'SystemCallFilter=~io_uring_setup:ENOSYS', '']
  return toSystemd(forService(policy))
    .split('\n')
    .filter(line => line !== '[Service]')
}

/** What the default policy allows and the user of a service has no use for. */
const POINTLESS: ReadonlySet<string> = new Set(
  'chown chown32 fchown fchown32 fchownat lchown lchown32 setpriority'.split(' '),
)

function forService(policy: EffectivePolicy): EffectivePolicy {
  const decisions = policy.decisions.map(decision => {
    const isDefault = decision.origin.startsWith('default')
    if (!isDefault || !POINTLESS.has(decision.name)) return decision
    return { ...decision, rules: [], otherwise: { action: 'errno' } as const }
  })
  return { ...policy, decisions }
}

function install(): readonly string[] {
  return ['[Install]', 'WantedBy=multi-user.target']
}
