import { expect } from 'chai'
import { bootPackage } from '../../lib/boot/boot-package.ts'

describe('the root of the operator', () => {
  it('is refused if it has no system', async () => {
    const steps = bootPackage(
      { path: 'a.deb', name: 'web', version: '1-1', needs: [] },
      {
        root: '/proc/self',
        cache: '/missing',
        suite: 'bookworm',
        credentials: new Map(),
        network: false,
        eventsMs: 0,
        signal: AbortSignal.timeout(60_000),
        progress: { step: () => undefined, say: () => undefined },
      },
    )
    const said = await steps.next().catch(({ message }) => message)
    expect(said).to.match(/^--root: \/proc\/self is not the root of a system: it has no etc\/os/)
  })
})
