import { needsIsolation, skip } from '../../live.ts'
import { describeAttacks } from './attacked-agent.ts'

describe('attacks on a sealed agent, and with parts of the seal switched off', function () {
  this.timeout(60_000)
  before(function () {
    needsIsolation.call(this)
    if (process.getuid?.() !== 0) skip(this, 'only root can run agents as root and as another user')
  })

  describeAttacks(process.execPath)
})
