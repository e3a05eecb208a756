/**
 * What the topmost section of a changelog says, which has to be that of `version`. `Unreleased` stands for
 * a pre-release, and for the first version until the changelog names one.
 *
 * @throws Error where it is another
 */
export function topmostSection(changelog: string, version: string): string {
  const sections = changelog.split(/^(?=## )/m).filter(part => part.startsWith('## '))
  const titles = sections.map(section => /^## \[?([^\]\s]+)/.exec(section)?.[1])
  const [title] = titles
  const isEarly = version.includes('-') || titles.every(each => each === 'Unreleased')
  if (title === version || (title === 'Unreleased' && isEarly)) return sections[0]?.trimEnd() ?? ''
  throw new Error(
    `CHANGELOG.md begins with ${title ?? 'no section'}: give it a section "## ${version}", or set the version`,
  )
}
