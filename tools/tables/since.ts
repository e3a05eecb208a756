/** The names in the headers of kernel `kernel` (`5.10`). */
export interface HeaderNames {
  readonly kernel: string
  readonly names: ReadonlySet<string>
}

/**
 * Calls that syscalls(2) does not list, with the first release of Linux whose tables have them. The headers
 * of Debian's releases must agree, see `readSince`.
 */
const UNLISTED: Readonly<Record<string, string>> = {
  pread64: '2.2', // as pread; "renamed pread64 in 2.6", says syscalls(2)
  pwrite64: '2.2',
  mount_setattr: '5.12',
  process_mrelease: '5.15',
  futex_waitv: '5.16',
  set_mempolicy_home_node: '5.17',
  riscv_hwprobe: '6.4',
  cachestat: '6.5',
  fchmodat2: '6.6',
  map_shadow_stack: '6.6',
  futex_wake: '6.7',
  futex_wait: '6.7',
  futex_requeue: '6.7',
  statmount: '6.8',
  listmount: '6.8',
  lsm_get_self_attr: '6.8',
  lsm_set_self_attr: '6.8',
  lsm_list_modules: '6.8',
  mseal: '6.10',
  uretprobe: '6.11',
  setxattrat: '6.13',
  getxattrat: '6.13',
  listxattrat: '6.13',
  removexattrat: '6.13',
  open_tree_attr: '6.15',
  file_getattr: '6.17',
  file_setattr: '6.17',
  uprobe: '6.18',
  listns: '6.19',
  rseq_slice_yield: '7.0',
  arm_fadvise64_64: '2.6.14',
  arm_sync_file_range: '2.6.23',
  cachectl: '2.0',
  timerfd: '2.6.22', // only s390x kept the number
  multiplexer: '1.0', // never implemented, like the next two
  reserved177: '1.0',
  reserved193: '1.0',
}

/** The calls of 32-bit ABIs with 64-bit times all came at once, as numbers 403 to 423. */
const TIME64 = '5.1'

/**
 * The release in which each of `names` appeared, `x.y`, or `x.y.z` before 3.0: from the table in syscalls(2),
 * else from the list above, else the first of `headers` (ascending) that has the call. Reserved numbers that
 * were never implemented (`tuxcall`) count as 1.0.
 *
 * @throws Error if the headers contradict a release
 */
export function readSince(
  manual: string,
  headers: readonly HeaderNames[],
  names: Iterable<string>,
): Readonly<Record<string, string>> {
  const listed = parseManual(manual)
  const since: Record<string, string> = {}
  for (const name of names) {
    const [oldest] = headers
    const first = headers.find(header => header.names.has(name))?.kernel
    const known =
      listed.get(name) ??
      UNLISTED[name] ??
      (/(time|gettime|settime)64$/.test(name) ? TIME64 : undefined)
    since[name] = known ?? (first === undefined || first === oldest?.kernel ? '1.0' : first)
    refuseContradiction(name, since[name], headers)
  }
  return since
}

/** Can only check releases that are newer than the oldest headers. */
function refuseContradiction(name: string, since: string, headers: readonly HeaderNames[]): void {
  const absent = headers.filter(header => isOlder(header.kernel, since))
  const wrong =
    absent.find(header => header.names.has(name)) ??
    (absent.length > 0
      ? headers.slice(absent.length).find(each => !each.names.has(name))
      : undefined)
  if (wrong)
    throw new Error(
      `${name} is listed as new in Linux ${since}; the headers of ${wrong.kernel} disagree`,
    )
}

function isOlder(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) < 0
}

/** The table of syscalls(2): name, tab, version (`2.6; 2.4.18` if it was backported). */
function parseManual(text: string): ReadonlyMap<string, string> {
  const table = text.split('\n.TS\n')[1]?.split('\n.TE')[0] ?? ''
  const flat = table
    .replace(/^\.\\".*\n/gm, '')
    .replace(/T\{\n(.*?)\nT\}/gs, (_, cell: string) => cell.replaceAll('\n', ' '))
    .replace(/\\f\[.*?\]|^\.BR +/gm, '')
  const rows = flat.matchAll(/^(\w+) ?\(\d\)\t(\d+\.\d+(?:\.\d+)?)/gm)
  return new Map(Array.from(rows, ([, name = '', version = '']) => [name, version]))
}
