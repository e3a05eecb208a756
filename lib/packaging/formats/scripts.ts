import type { Places } from '../contents/launcher.ts'

/** Commands for sh at each point of a package's life on a host; `systemctl` only where systemd runs. */
interface Scripts {
  readonly afterInstall: string
  /** Prints what the host lacks for the configuration that is installed. Never fails. */
  readonly check: string
  /** In addition to `afterInstall`, if another version was installed before. */
  readonly afterUpgrade: string
  readonly beforeRemove: string
  readonly afterRemove: string
  /** Deletes everything that the agent has kept. */
  readonly afterPurge: string
}

export function scripts(name: string, { config, data, logs }: Places): Scripts {
  return {
    afterInstall: `systemd-sysusers ${name}.conf
systemd-tmpfiles --create ${name}.conf
${whereSystemdRuns('systemctl daemon-reload')}`,
    // What is wrong keeps the service from starting, not the package from being installed.
    check: `${asAgent(name, 'test config')} 2>&1 >/dev/null | cat >&2`,
    // No check knows what a beat does without declaring it. From what is declared, the operator does.
    afterUpgrade: `${asAgent(name, 'sandbox show')} 2>/dev/null | sed -n '/^what the agent reaches:/,$p' >&2
${whereSystemdRuns(`systemctl try-restart ${name}.service`)}`,
    beforeRemove: whereSystemdRuns(`systemctl --no-reload disable --now ${name}.service`),
    afterRemove: whereSystemdRuns('systemctl daemon-reload'),
    afterPurge: `${sayQueued(name, data)}
rm -rf ${config} ${data} ${logs}
if getent passwd ${name} >/dev/null; then userdel ${name}; fi
if getent group ${name} >/dev/null; then groupdel ${name}; fi`,
  }
}

/** Events that were never sent go with the data: the operator should know. */
function sayQueued(name: string, data: string): string {
  return `queued=$(find ${data} -name '*.seg' -printf '%s\\n' 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }')
if [ "$queued" -gt 0 ]; then
  echo "${name}: its queue on the disk is deleted, with up to $queued bytes of events that were not sent" >&2
fi`
}

/** The relay keeps it away from root's terminal, and ends with it; what it ignores does not hold the installation up. */
function asAgent(name: string, words: string): string {
  return `timeout --kill-after=5 60 /usr/bin/${name} ${words} </dev/null`
}

/** The test of sd_booted(3). */
function whereSystemdRuns(command: string): string {
  return `if [ -d /run/systemd/system ]; then ${command} || true; fi`
}
