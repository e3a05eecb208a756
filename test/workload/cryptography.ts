import { ok, strictEqual } from 'node:assert'
import * as crypto from 'node:crypto'
import { promisify } from 'node:util'
import type { Phase } from './phase.ts'

export const cryptography: Phase = {
  name: 'cryptography',
  async run() {
    await randomness()
    await derivations()
    await signatures()
    ciphers()
    await webcrypto()
  },
}

async function randomness(): Promise<void> {
  crypto.randomBytes(32)
  await promisify(crypto.randomBytes)(1 << 20)
  crypto.randomUUID()
  crypto.randomInt(100)
  await promisify(crypto.randomFill)(new Uint8Array(64))
  await promisify(crypto.generatePrime)(256)
}

async function derivations(): Promise<void> {
  await promisify(crypto.scrypt)('secret', 'salt', 32)
  await promisify(crypto.pbkdf2)('secret', 'salt', 1000, 32, 'sha512')
  await promisify(crypto.hkdf)('sha256', 'secret', 'salt', 'info', 32)
  crypto.scryptSync('secret', 'salt', 32)
  crypto.createHash('sha256').update('x').digest('hex')
  crypto.createHmac('sha256', 'secret').update('x').digest('hex')
}

async function signatures(): Promise<void> {
  const generate = promisify(crypto.generateKeyPair)
  for (const [type, digest] of [
    ['rsa', 'sha256'],
    ['ed25519', undefined],
  ] as const) {
    const { publicKey, privateKey } =
      type === 'rsa' ? await generate('rsa', { modulusLength: 2048 }) : await generate('ed25519')
    const signature = crypto.sign(digest, Buffer.from('x'), privateKey)
    ok(crypto.verify(digest, Buffer.from('x'), publicKey, signature))
  }
  crypto.createECDH('prime256v1').generateKeys()
}

function ciphers(): void {
  const [key, iv] = [crypto.randomBytes(32), crypto.randomBytes(12)]
  const cipher = crypto.createCipheriv('aes-256-gcm', key, iv)
  cipher.update('x')
  cipher.final()
  ok(crypto.getCiphers().length > 0)
  ok(crypto.getHashes().length > 0)
}

async function webcrypto(): Promise<void> {
  const { subtle } = crypto.webcrypto
  const digest = await subtle.digest('SHA-256', new Uint8Array(8))
  strictEqual(digest.byteLength, 32)
  await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
}
