export interface Mount {
  readonly device: string
  readonly mountPoint: string
  readonly type: string
}

/** Parses /proc/PID/mounts, in fstab(5)'s format; a line that has no three fields is skipped. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap(line => {
    const [device, mountPoint, type] = line.split(' ').map(unescapeField)
    return device !== undefined && mountPoint && type ? [{ device, mountPoint, type }] : []
  })
}

/** getmntent(3): a space, tab, line end or backslash inside a field stands as `\040` and so on. */
function unescapeField(field: string): string {
  return field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
