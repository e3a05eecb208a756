export interface Mount {
  readonly device: string
  readonly mountPoint: string
  readonly type: string
}

/** Parses /proc/PID/mounts, in the format of fstab(5). A line with fewer than three fields is skipped. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap(line => {
    const [device, mountPoint, type] = line.split(' ').map(unescapeField)
    return device !== undefined && mountPoint && type ? [{ device, mountPoint, type }] : []
  })
}

/** Inside a field, a space, tab, newline or backslash is written as `\040` and so on (getmntent(3)). */
function unescapeField(field: string): string {
  return field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
