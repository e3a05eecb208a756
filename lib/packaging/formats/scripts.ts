import type { Places } from '../contents/launcher.ts'

/** What is run at the four moments of a package's life, for sh; `systemctl` only where systemd runs. */
interface Scripts {
  readonly afterInstall: string
  /** Beside `afterInstall`, where another version was there before. */
  readonly afterUpgrade: string
  readonly beforeRemove: string
  readonly afterRemove: string
  /** Of all that the agent has kept. */
  readonly afterPurge: string
}

export function scripts(name: string, { config, data, logs }: Places): Scripts {
  return {
    afterInstall: `systemd-sysusers ${name}.conf
systemd-tmpfiles --create ${name}.conf
${whereSystemdRuns('systemctl daemon-reload')}`,
    afterUpgrade: whereSystemdRuns(`systemctl try-restart ${name}.service`),
    beforeRemove: whereSystemdRuns(`systemctl --no-reload disable --now ${name}.service`),
    afterRemove: whereSystemdRuns('systemctl daemon-reload'),
    afterPurge: `rm -rf ${config} ${data} ${logs}
if getent passwd ${name} >/dev/null; then userdel ${name}; fi
if getent group ${name} >/dev/null; then groupdel ${name}; fi`,
  }
}

/** sd_booted(3). */
function whereSystemdRuns(command: string): string {
  return `if [ -d /run/systemd/system ]; then ${command} || true; fi`
}
