// The files of a section `ssl`, read again when they have changed: certificates are renewed under a running agent.
//
// Every new connection asks; a file is read only if its time, size or inode is another. A read that fails, or a key
// that does not fit its certificate, leaves what there was, and is said once.

import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { Logger } from 'pino'
import { messageOf } from '../../errors.ts'
import { isPem, opensslName, type SslSettings } from './ssl-settings.ts'

interface Current {
  readonly stamp: string
  readonly context: SecureContext
  /** What `trust` has added. */
  readonly trusted: readonly string[]
}

export class Credentials {
  readonly #settings: SslSettings
  readonly #log: Logger
  #current: Current | undefined
  /** Authorities that a server has sent and a fingerprint has named. */
  #trusted: readonly string[] = []
  /** The failure that was said last. */
  #said = ''

  constructor(settings: SslSettings, log: Logger) {
    this.#settings = settings
    this.#log = log
  }

  /** @throws Error if there never was a file that can be read, with its path */
  get context(): SecureContext {
    const now = this.#current
    try {
      const stamp = this.#stamp()
      if (now?.stamp === stamp && now.trusted === this.#trusted) return now.context
      const context = createSecureContext(this.#options())
      this.#current = { stamp, context, trusted: this.#trusted }
      if (now !== undefined) this.#log.info('TLS: certificates were read again')
      this.#said = ''
      return context
    } catch (error) {
      if (now === undefined) throw error
      const words = messageOf(error)
      if (words !== this.#said) {
        this.#log.error(
          { err: error },
          'TLS: certificates can not be read again: those of before go on',
        )
      }
      this.#said = words
      return now.context
    }
  }

  /** From now on this authority, in PEM, is trusted as well. */
  trust(authority: string): void {
    if (!this.#trusted.includes(authority)) this.#trusted = [...this.#trusted, authority]
  }

  #files(): readonly string[] {
    const { certificate_authorities, certificate, key } = this.#settings
    return [...certificate_authorities, certificate, key].filter(
      each => each !== '' && !isPem(each),
    )
  }

  #stamp(): string {
    return this.#files()
      .map(path => {
        const { ino, size, mtimeMs } = statSync(path)
        return `${ino} ${size} ${mtimeMs}`
      })
      .join()
  }

  #options(): SecureContextOptions {
    const { certificate_authorities, certificate, key, key_passphrase } = this.#settings
    const { supported_protocols, cipher_suites, curve_types } = this.#settings
    const [minVersion, maxVersion] = [...supported_protocols].sort()
    const authorities = [...certificate_authorities.map(contentOf), ...this.#trusted]
    return {
      minVersion,
      maxVersion: maxVersion ?? minVersion,
      ...(authorities.length > 0 && { ca: authorities }),
      ...(certificate !== '' && { cert: contentOf(certificate), key: contentOf(key) }),
      ...(key_passphrase !== '' && { passphrase: key_passphrase }),
      ...(cipher_suites.length > 0 && { ciphers: cipher_suites.map(opensslName).join(':') }),
      ...(curve_types.length > 0 && { ecdhCurve: curve_types.join(':') }),
    }
  }
}

function contentOf(written: string): string {
  return isPem(written) ? written : readFileSync(written, 'utf8')
}
