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
    afterPurge: `${sayQueued(name, [config, data, logs])}
rm -rf ${config} ${data} ${logs}
if getent passwd ${name} >/dev/null; then userdel ${name}; fi
if getent group ${name} >/dev/null; then groupdel ${name}; fi`,
  }
}

/**
 * Events that were never sent go with the folders: the operator should know. Of the agent only its files are left, so
 * a shell reads the position (docs/disk-queue.md): its slot with the larger counter says how many wait.
 */
function sayQueued(name: string, folders: readonly string[]): string {
  return `find ${folders.join(' ')} -type f -name '*.seg' -printf '%h\\n' 2>/dev/null | sort -u | while IFS= read -r queue; do
  bytes=$(find "$queue" -maxdepth 1 -type f -name '*.seg' -printf '%s\\n' | awk '{ sum += $1 } END { printf "%.0f", sum }')
  latest=0 events=
  for at in 0 512; do
    if [ -L "$queue/position" ] || [ ! -f "$queue/position" ]; then break; fi
    if [ "$(tail -c +$((at + 1)) "$queue/position" | head -c 7)" != SEALBTP ]; then continue; fi
    set -- $(od -An -v -tu8 --endian=little -w40 -j$((at + 16)) -N40 "$queue/position")
    if [ $# -eq 5 ] && [ "$1" -gt "$latest" ]; then latest=$1 events=$(($5 - $2)); fi
  done
  if [ "$events" = 0 ]; then continue; fi
  echo "${name}: its queue on the disk is deleted, $bytes bytes, with \${events:-an unknown number of} events that were not sent" >&2
done`
}

/** The relay keeps it away from root's terminal, and ends with it; what it ignores does not hold the installation up. */
function asAgent(name: string, words: string): string {
  return `timeout --kill-after=5 60 /usr/bin/${name} ${words} </dev/null`
}

/** The test of sd_booted(3). */
function whereSystemdRuns(command: string): string {
  return `if [ -d /run/systemd/system ]; then ${command} || true; fi`
}
