import { expect } from 'chai'
import { topmostSection } from '../../tools/release/changelog.ts'

const EARLY = '# Changelog\n\nThe format.\n\n## Unreleased\n\n- A thing.\n'
const LATER = '# Changelog\n\n## 0.2.0 - 2026-01-01\n\n- Another.\n\n## 0.1.0\n\n- A thing.\n'
const AHEAD = LATER.replace('## 0.2.0', '## Unreleased\n\n- To come.\n\n## 0.2.0')

describe('the changelog of a release', () => {
  const CASES: readonly (readonly [
    what: string,
    text: string,
    version: string,
    section: string,
  ])[] = [
    ['the first version, not named yet', EARLY, '0.1.0', '## Unreleased\n\n- A thing.'],
    ['a version', LATER, '0.2.0', '## 0.2.0 - 2026-01-01\n\n- Another.'],
    ['a version in brackets', '## [1.0.0]\n\n- It.\n', '1.0.0', '## [1.0.0]\n\n- It.'],
    ['a pre-release', AHEAD, '0.3.0-dev.1', '## Unreleased\n\n- To come.'],
  ]
  for (const [what, text, version, section] of CASES) {
    it(`is the topmost section: ${what}`, () => {
      expect(topmostSection(text, version)).to.equal(section)
    })
  }

  const REFUSED: readonly (readonly [
    what: string,
    text: string,
    version: string,
    begins: string,
  ])[] = [
    ['another version is on top', LATER, '0.1.0', '0.2.0'],
    ['what is on top was not given its version', AHEAD, '0.3.0', 'Unreleased'],
    ['there is none', '# Changelog\n', '0.1.0', 'no section'],
  ]
  for (const [what, text, version, begins] of REFUSED) {
    it(`is refused where ${what}`, () => {
      expect(() => topmostSection(text, version)).to.throw(
        `CHANGELOG.md begins with ${begins}: give it a section "## ${version}", or set the version`,
      )
    })
  }
})
