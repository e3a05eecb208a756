// Writes the systemd unit of an agent from its manifest, configuration and effective policy.
// - Isolation starts with ALWAYS, every setting of systemd 252 that any agent can live with. A privilege that
//   a beat or the output declares opens the setting that it needs and no other, below a comment with its
//   reason; what nobody needs stays closed. A socket that takes a capability is opened by systemd, so that the
//   agent never has it.
// - systemd gets a system call filter of its own, a layer below the agent's: the same policy by names only,
//   without calls that the user of a service has no use for, and with those that confine its threads. As it
//   also closes io_uring, the agent need not start its image a second time.
// - Exit codes 77 and 78 do not lead to a restart, since it would fail the same way.
// - Texts from the manifest and the configuration are escaped: `%` begins a specifier, and lists have quotes.
// The file belongs to the package, and upgrades replace it: operators change it with drop-ins.

import { toSystemd } from '../../seccomp/export/systemd.ts'
import type { EffectivePolicy } from '../../seccomp/policy/merge.ts'
import type { AgentManifest } from '../manifest.ts'
import type { Grants, Reasons } from './grants.ts'

/** Everything that the unit of an agent depends on. */
interface UnitOptions {
  readonly manifest: AgentManifest
  readonly grants: Grants
  /** Undefined where the agent has no filter. */
  readonly policy: EffectivePolicy | undefined
  /** The names in `${credential:…}` of the configuration. */
  readonly credentials: readonly string[]
  /** V8 generates no code at run time: `node --jitless`. */
  readonly jitless: boolean
  /** Whether the configuration names a `user`, for a drop-in that starts the agent as root. */
  readonly changesUser: boolean
  /** Milliseconds that stopping may take. */
  readonly shutdownTimeoutMs: number
}

/** The unit file, for systemd 252 and later: systemd.exec(5), systemd.service(5). */
export function unitFile(options: UnitOptions): string {
  return `${[unit(options), service(options), isolation(options), filter(options), install()].flat().join('\n')}\n`
}

/**
 * The socket unit of an agent, for what systemd opens in its place: systemd.socket(5). Undefined if there is
 * nothing. They are there as long as the service is: what arrives never starts one that is stopped or has failed.
 */
export function socketFile({ manifest: { name }, grants: { sockets } }: UnitOptions) {
  if (sockets.length === 0) return undefined
  const sizes = sockets.flatMap(({ bufferBytes = [] }) => bufferBytes)
  return `# Change it with a drop-in (systemctl edit ${name}.socket): upgrades replace this file.
[Unit]
Description=Sockets of ${name}
BindsTo=${name}.service

[Socket]
${sockets.flatMap(({ netlink, reason }) => [...because(new Map([[netlink, reason]])), `ListenNetlink=${netlink}`]).join('\n')}
${sizes.length > 0 ? `ReceiveBuffer=${Math.max(...sizes)}\n` : ''}`
}

function unit({ manifest, grants }: UnitOptions): readonly string[] {
  const { name, description, homepage } = manifest
  const online = ['Wants=network-online.target', 'After=network-online.target']
  return [
    `# Change it with a drop-in (systemctl edit ${name}): upgrades replace this file.`,
    '[Unit]',
    `Description=${literal(description)}`,
    `Documentation=man:${name}(8)${homepage === undefined ? '' : ` ${literal(homepage)}`}`,
    ...(grants.network.size > 0 ? online : []),
    // Not Requires=: without it, the agent itself says what it lacks.
    ...(grants.sockets.length > 0 ? [`Wants=${name}.socket`] : []),
    '',
  ]
}

function service({ manifest: { name }, credentials, shutdownTimeoutMs }: UnitOptions) {
  return [
    '[Service]',
    'Type=notify',
    'NotifyAccess=main',
    `ExecStart=/usr/bin/${name} run`,
    // Debian has kill(1) in a package of its own; every shell has it built in.
    `ExecReload=/bin/sh -c 'kill -HUP $MAINPID'`,
    'Restart=on-failure',
    'RestartSec=2s',
    '# 77: not sandboxed as required; 78: invalid configuration. A restart would not help.',
    'RestartPreventExitStatus=77 78',
    'WatchdogSec=60s',
    `TimeoutStopSec=${Math.ceil(shutdownTimeoutMs / 1000) + 10}s`,
    `User=${name}`,
    `Group=${name}`,
    'UMask=0077',
    ...UNLIMITED_LOG,
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

/**
 * Events may go to the journal. systemd takes 0 for a limit that is not set (252), and the journal multiplies the
 * burst by up to 12 in 32 bits.
 */
const UNLIMITED_LOG =
  `# The journal drops what goes beyond its limit, 10,000 lines in 30 s by default: no line is to be dropped.
LogRateLimitIntervalSec=1s
LogRateLimitBurst=100000000`.split('\n')

/** Every setting of systemd 252 that any agent can live with. */
const ALWAYS = `NoNewPrivileges=yes
ProtectSystem=strict
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
# A core dump would contain what the agent has read, including credentials.
LimitCORE=0`.split('\n')

/** Everybody may write there; with PrivateTmp= a service has the first two for itself. */
const SHARED = ['/tmp', '/var/tmp', '-/dev/shm']

function isolation({ manifest: { name }, grants, jitless }: UnitOptions): readonly string[] {
  const capabilities = [...grants.capabilities.keys()].join(' ')
  // `-`: installing the package creates the path; where it is missing, the agent starts and reports that.
  const writes = new Map([...grants.writes].map(([path, why]) => [`-${path}`, why]))
  const places = [`/var/lib/${name}`, `/var/log/${name}`, ...SHARED]
  return [
    ...ALWAYS,
    ...because(grants.sees),
    `ProtectHome=${grants.sees.has('mounts') ? 'read-only' : 'yes'}`,
    `ReadOnlyPaths=/etc/${name}`,
    `InaccessiblePaths=-/etc/${name}/credentials`,
    ...because(grants.capabilities),
    `CapabilityBoundingSet=${capabilities}`,
    `AmbientCapabilities=${capabilities}`,
    // Capabilities only count in the initial user namespace.
    ...(capabilities === '' ? ['PrivateUsers=yes'] : []),
    ...network(grants),
    ...listed('SupplementaryGroups', grants.groups),
    ...listed('ReadWritePaths', writes),
    '# No program and no library is loaded from what the agent may write.',
    `NoExecPaths=${[...places, ...writes.keys()].map(word).join(' ')}`,
    ...procOf(grants.proc),
    ...writableCode(jitless),
    '',
  ]
}

/** Name lookups ask over netlink which kinds of addresses are configured: getaddrinfo(3). */
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
    '# V8 compiles at run time. An agent packaged with --jitless does not, and runs slower.',
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

/** One of several words in a value, quoted where it has to be: systemd.syntax(7). */
function word(text: string): string {
  if (/^[\w./@:+,-]+$/.test(text)) return text
  return `"${literal(text).replace(/["\\]/g, '\\$&')}"`
}

/** Text without specifiers: systemd.unit(5). */
function literal(text: string): string {
  return text.replaceAll('%', '%%')
}

function because(reasons: Reasons): readonly string[] {
  return [...reasons].map(([what, why]) => `# ${what}: ${why}`.replace(/\s+/g, ' '))
}

/** The layer below the agent's own filter, which also closes io_uring. */
function filter({ policy, grants, changesUser }: UnitOptions): readonly string[] {
  if (!policy)
    return ['SystemCallArchitectures=native', 'SystemCallFilter=~io_uring_setup:ENOSYS', '']
  const holdsCapabilities = grants.capabilities.size > 0
  return toSystemd(forService(policy), { holdsCapabilities, changesUser })
    .split('\n')
    .filter(line => line !== '[Service]')
}

/** Calls that the default policy allows but the user of a service has no use for. */
const UNNEEDED: ReadonlySet<string> = new Set(
  'chown chown32 fchown fchown32 fchownat lchown lchown32 setpriority'.split(' '),
)

function forService(policy: EffectivePolicy): EffectivePolicy {
  const decisions = policy.decisions.map(decision => {
    const isDefault = decision.origin.startsWith('default')
    if (!isDefault || !UNNEEDED.has(decision.name)) return decision
    return { ...decision, rules: [], otherwise: { action: 'errno' } as const }
  })
  return { ...policy, decisions }
}

function install(): readonly string[] {
  return ['[Install]', 'WantedBy=multi-user.target']
}
