/** The version of the running glibc, such as `2.36`; undefined with another libc. */
export function glibcVersion(): string | undefined {
  const report: unknown = process.report.getReport()
  const header =
    typeof report === 'object' && report !== null && 'header' in report ? report.header : {}
  const version = new Map(Object.entries(header ?? {})).get('glibcVersionRuntime')
  return typeof version === 'string' ? version : undefined
}
