/** Users and groups of every Debian or Fedora, and what an agent has in its folder beside its command. */
const TAKEN = `root daemon bin sys sync adm games halt lp mail man news nobody nogroup operator proxy shutdown
  uucp www-data backup list irc tty disk kmem dialout fax voice cdrom floppy tape sudo wheel audio video dip src
  shadow utmp sasl plugdev staff users input kvm render messagebus sshd ssh dbus polkitd systemd systemd-.*
  data logs node_modules`

/** deb-control(5), and the names of users: useradd(8). */
export const NAME_PATTERN = new RegExp(
  `^(?!(${TAKEN.trim().split(/\s+/).join('|')})$)[a-z][a-z0-9-]{1,30}$`,
)
