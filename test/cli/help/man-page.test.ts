import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { manPage } from '../../../lib/cli/help/man-page.ts'
import { needs } from '../../packaging/programs.ts'

const TEXT = manPage({
  name: 'web-agent',
  version: '1.2.3-rc.1',
  description: `.PP 100% 'of' \\fBthe\\fR - "host"`,
  maintainer: 'Jo Maintainer <jo@example.org>',
  license: 'Apache-2.0',
  homepage: 'https://example.org/-a\\b',
})

describe('the man page of an agent', () => {
  /** The output of a command that renders the page, whose texts must come out as they are. */
  function rendered(command: string): string {
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { input: TEXT, encoding: 'utf8' })
    expect(stderr).to.equal('')
    return stdout
  }

  describe('in groff', () => {
    before(needs('groff'))

    it('gives no warning', () => {
      rendered('groff -man -Kutf8 -Tutf8 -ww -z')
    })

    it('is about what is installed', () => {
      const text = rendered('groff -man -Kutf8 -Tascii -P-c -P-b -P-u')
      expect(text).to.include(`web-agent - .PP 100% 'of' \\fBthe\\fR - "host"`)
      for (const words of [
        'run',
        'seccomp show',
        '-c, --config FILE',
        '/etc/web-agent/web-agent.yml',
      ]) {
        expect(text).to.include(words)
      }
      expect(text).to.include('https://example.org/-a\\b')
      expect(text).not.to.match(/^ *(package|new agent)$/m)
    })
  })

  it('gives no warning in man', function () {
    needs('man', 'groff').call(this)
    rendered('man --warnings -l -')
  })
})
