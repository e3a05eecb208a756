/**
 * The text of a changelog's topmost section, which has to be that of `version`. A pre-release may have
 * `Unreleased`, and so may the first version until the changelog names one.
 *
 * @throws Error if the section is that of another version
 */
export function topmostSection(changelog: string, version: string): string {
  const sections = changelog.split(/^(?=## )/m).filter(part => part.startsWith('## '))
  const titles = sections.map(section => /^## \[?([^\]\s]+)/.exec(section)?.[1])
  const [title] = titles
  const isEarly = version.includes('-') || titles.every(each => each === 'Unreleased')
  if (title === version || (title === 'Unreleased' && isEarly)) return sections[0]?.trimEnd() ?? ''
  const begins = `CHANGELOG.md begins with ${title ?? 'no section'}`
  throw new Error(`${begins}: give it a section "## ${version}", or set the version`)
}
