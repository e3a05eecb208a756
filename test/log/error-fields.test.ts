import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { withErrorFields } from '../../lib/log/error-fields.ts'
import { openFailed } from '../../lib/system-errors.ts'

describe('the fields of an error in the log', () => {
  it('do not say twice what our words say in the place of those of the system', () => {
    let missing: unknown
    try {
      readFileSync('/nowhere')
    } catch (error) {
      missing = error
    }
    const fields = withErrorFields({ err: openFailed('output file', missing) })
    expect(fields['error.message']).to.equal(
      'output file could not be opened: /nowhere does not exist',
    )
    expect(fields['error.stack_trace']).to.match(/caused by: Error: ENOENT: /)
  })
})
