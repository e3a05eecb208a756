import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readIdentity } from '../../../lib/agent/process/identity.ts'
import { temporaryFolder } from '../temporary.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('agent: identity', () => {
  const data = temporaryFolder()
  const file = () => join(data.path, 'meta.json')

  it('is made at the first start and kept; that of the start is always new', async () => {
    const first = await readIdentity(data.path)
    const second = await readIdentity(data.path)
    expect(first.id).to.match(UUID)
    expect(second.id).to.equal(first.id)
    expect(second.ephemeralId).to.match(UUID).and.not.equal(first.ephemeralId)
    expect(statSync(file()).mode & 0o777).to.equal(0o600)
  })

  it("is a Beat's own, where one has left its data path", async () => {
    const uuid = 'cc1b87a5-4ce2-49c5-b4f6-5e2bd0a2bd64'
    const text = `{"uuid":"${uuid}","first_start":"2024-05-01T10:00:00.000000000Z"}\n`
    writeFileSync(file(), text)
    expect((await readIdentity(data.path)).id).to.equal(uuid)
    expect(readFileSync(file(), 'utf8')).to.equal(text)
  })

  for (const text of ['{}', '{"uuid": 7}', '{"uuid": "me"}', '{"uuid"', '']) {
    it(`is damaged when the file holds ${JSON.stringify(text)}, which stays as it is`, async () => {
      writeFileSync(file(), text)
      const error = await readIdentity(data.path).catch((thrown: unknown) => thrown)
      expect(error).to.include({ code: 'STATE_INVALID' })
      expect(error).to.have.property('message').that.contains('delete it to start afresh')
      expect(readFileSync(file(), 'utf8')).to.equal(text)
    })
  }

  it('does not wait for a pipe that is there in its place', async () => {
    execFileSync('mkfifo', [file()])
    const error = await readIdentity(data.path).catch((thrown: unknown) => thrown)
    expect(error).to.include({
      code: 'OPEN_FAILED',
      message: `${file()}: is not a regular file`,
    })
  })
})
