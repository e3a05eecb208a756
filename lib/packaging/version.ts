/** npm's version as dpkg and rpm order it: a `~` sorts before the release, and `-` begins an iteration. */
export function packageVersion(version: string): string {
  const [release = '', build] = version.split('+', 2)
  const ordered = release.replace('-', '~').replaceAll('-', '.')
  return build === undefined ? ordered : `${ordered}+${build.replaceAll('-', '.')}`
}
